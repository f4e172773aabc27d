// Texts of people that others will read: in a history, in a log, in a terminal.

/** Characters that draw nothing, end a line or turn the writing round: a text with them is not what it looks like. */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** Whether a text is one line of characters that can be seen. */
export const isPlainLine = (text: string): boolean => text.trim() !== '' && !unseen.test(text);

/** The same for text of several lines. */
export const isPlainText = (text: string): boolean => isPlainLine(text.replace(/[\n\t]/g, ' '));
