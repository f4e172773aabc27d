/** A mistake of the caller's, or of what is tested: said without a stack. */
export class LoadError extends Error {}

/** The server's answers are not what they must be. */
export class WrongAnswers extends LoadError {}
