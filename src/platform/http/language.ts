/** The languages that the API speaks. */
export type Language = 'en' | 'es';

/**
 * The caller's language by Accept-Language (RFC 9110, section 12.5.4): the one of ours with the highest weight, English
 * where none is named. `es-MX` counts as `es`.
 */
export function languageOf(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined) return 'en';
  let best: Language = 'en';
  let bestWeight = 0;
  for (const range of acceptLanguage.slice(0, 200).toLowerCase().split(',')) {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
    const language = tag === '*' ? 'en' : tag.split('-', 1)[0];
    const weight = weightOf(parameters);
    if ((language === 'en' || language === 'es') && weight > bestWeight) {
      best = language;
      bestWeight = weight;
    }
  }
  return best;
}

function weightOf(parameters: readonly string[]): number {
  const quality = parameters.find((parameter) => parameter.startsWith('q='));
  if (quality === undefined) return 1;
  const weight = Number(quality.slice(2));
  return weight >= 0 && weight <= 1 ? weight : 0;
}
