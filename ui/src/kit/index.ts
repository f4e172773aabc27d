// Everything of the kit under one name. A page that wants little imports the single files.

export * from './announce.ts';
export * from './api.ts';
export { SpFunnel } from './funnel.ts';
export * from './images.ts';
export * from './money.ts';
export type * from './policy-types.ts';
export { SpProductCard } from './product-card.ts';
export { SpProductSearch } from './product-search.ts';
export { applied, countChanges, overridesText, parseOverrides } from './rules/overrides.ts';
export { SpRules } from './rules/rules.ts';
export { SpBusy, SpEmpty, SpError } from './states.ts';
export * from './styles.ts';
export * from './url-state.ts';
