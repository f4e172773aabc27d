// What the widget says, by language; and prices as a language writes them.

import { minorUnits } from 'sepet/client';

export interface Words {
  readonly heading: string;
  /** On the button, where everything that can be bought is chosen. */
  readonly addAll: string;
  /** On the button, where some are chosen; {n} is how many. */
  readonly add: string;
  /** On the button, and told to screen readers, once it is done. */
  readonly added: string;
  readonly total: string;
  readonly outOfStock: string;
  /** The name of a checkbox; {title} is the product's. */
  readonly choose: string;
}

const words = (text: string): Words => {
  const [heading, addAll, add, added, total, outOfStock, choose] = text.split('|') as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { heading, addAll, add, added, total, outOfStock, choose };
};

const english = words(
  'Frequently bought together|Add all to basket|Add to basket ({n})|Added to basket|Total|Out of stock|Choose {title}',
);

const known: Readonly<Record<string, Words>> = {
  en: english,
  tr: words(
    'Birlikte sık alınanlar|Hepsini sepete ekle|Sepete ekle ({n})|Sepete eklendi|Toplam|Stokta yok|Seç: {title}',
  ),
  de: words(
    'Wird oft zusammen gekauft|Alle in den Warenkorb|In den Warenkorb ({n})|Im Warenkorb|Summe|Nicht auf Lager|{title} auswählen',
  ),
  fr: words(
    'Souvent achetés ensemble|Tout ajouter au panier|Ajouter au panier ({n})|Ajouté au panier|Total|Épuisé|Choisir {title}',
  ),
  es: words(
    'Se compran juntos con frecuencia|Añadir todo a la cesta|Añadir a la cesta ({n})|Añadido a la cesta|Total|Agotado|Elegir {title}',
  ),
  ar: words(
    'كثيرًا ما تُشترى معًا|أضف الكل إلى السلة|أضف إلى السلة ({n})|أُضيف إلى السلة|المجموع|غير متوفر|اختر {title}',
  ),
};

const languageOf = (locale: string): string => locale.split('-')[0]?.toLowerCase() ?? '';

/** The words of a locale's language, else the English ones. */
export const wordsOf = (locale: string): Words => known[languageOf(locale)] ?? english;

/** The locale if the browser can write its numbers; else the first of the others that it can. */
export function usableLocale(...wanted: readonly (string | null | undefined)[]): string {
  for (const locale of wanted)
    try {
      if (locale && Intl.NumberFormat.supportedLocalesOf(locale).length > 0) return locale;
    } catch {
      // No language tag at all.
    }
  return 'en';
}

/** Of the languages that are written from right to left, those that shops are in. */
export const directionOf = (locale: string): 'ltr' | 'rtl' =>
  /^(ar|fa|he|ur|ps|sd|ug|yi|dv|ckb|ku-arab)\b/i.test(locale) ? 'rtl' : 'ltr';

/** A price in minor units, as the locale writes it. Whatever is no currency is written behind the number. */
export function priceText(minor: number, currency: string | undefined, locale: string): string {
  const value = minor / minorUnits(currency ?? null);
  try {
    if (currency !== undefined)
      return new Intl.NumberFormat(locale, {
        style: 'currency',
        currency,
        currencyDisplay: 'narrowSymbol',
      }).format(value);
  } catch {
    // No currency of three letters.
  }
  return `${value.toLocaleString(locale)} ${currency ?? ''}`.trim();
}
