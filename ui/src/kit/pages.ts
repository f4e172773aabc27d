// The pages: their titles, how each is loaded, and what it is called in markup.

import { html, type TemplateResult } from 'lit';

export interface Page {
  readonly title: string;
  load(): Promise<unknown>;
  render(): TemplateResult;
}

export const pages = {
  try: {
    title: 'Try',
    load: () => import('../pages/try/page-try.ts'),
    render: () => html`<page-try></page-try>`,
  },
  compare: {
    title: 'Compare',
    load: () => import('../pages/compare/page-compare.ts'),
    render: () => html`<page-compare></page-compare>`,
  },
  policies: {
    title: 'Policies',
    load: () => import('../pages/policies/page-policies.ts'),
    render: () => html`<page-policies></page-policies>`,
  },
  overview: {
    title: 'Overview',
    load: () => import('../pages/overview/page-overview.ts'),
    render: () => html`<page-overview></page-overview>`,
  },
} as const satisfies Record<string, Page>;

export type PageName = keyof typeof pages;

/** The page of a path; Try where it names none. */
export function pageOf(path: string): PageName {
  const name = path.replace(/^\/ui\/?/, '').replace(/\/$/, '');
  return name in pages ? (name as PageName) : 'try';
}
