// CodeMirror as these pages use it. A chunk of its own, loaded when a policy is opened.

import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  completionKeymap,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab, redo, undo } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { fittingAt } from './completion.ts';
import { changeBetween, type TextMistake } from './yaml-text.ts';

export interface CodeEditor {
  readonly text: string;
  /** Makes the editor say this: one change, so that the cursor stays and undo takes it back. */
  apply(text: string): void;
  /** Another document: nothing to undo. */
  open(text: string): void;
  show(mistakes: readonly TextMistake[]): void;
  /** Puts the cursor on a line, from 1. */
  goTo(line: number, column?: number): void;
  undo(): void;
  redo(): void;
  destroy(): void;
}

export interface CodeEditorOptions {
  readonly parent: HTMLElement;
  readonly root: ShadowRoot;
  readonly text: string;
  /** Called with every change, of the form too. */
  readonly changed: (text: string) => void;
}

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--accent)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.lineComment, tags.comment], color: 'var(--text-muted)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: 'var(--text-muted)' },
]);

const look = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--surface-2)', fontSize: '13px', height: '100%' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)', padding: '8px 0' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--accent-soft)',
  },
  '.cm-gutters': {
    color: 'var(--text-muted)',
    backgroundColor: 'var(--surface)',
    borderRight: '1px solid var(--line)',
  },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--surface-3) 45%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--surface-3)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--surface-3)' },
  '.cm-tooltip': {
    color: 'var(--text)',
    backgroundColor: 'var(--surface-2)',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
  },
  '.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    color: 'var(--text)',
    background: 'var(--accent-soft)',
  },
  '.cm-diagnostic': {
    fontFamily: 'var(--font)',
    padding: '6px 10px',
    maxWidth: '460px',
    whiteSpace: 'normal',
  },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--bad)' },
  '.cm-panel.cm-panel-lint': { color: 'var(--text)', backgroundColor: 'var(--surface)' },
});

/** From the given column, or the first character, to the end of the line. */
function diagnosticOf(state: EditorState, { message, line, column }: TextMistake): Diagnostic {
  const { from, to, text } = state.doc.line(Math.min(Math.max(1, line), state.doc.lines));
  const indent = text.length - text.trimStart().length;
  const start = Math.min(to, from + (column === undefined ? indent : column - 1));
  return { from: start, to: Math.max(start, to), severity: 'error', message };
}

/** Keys and words that fit; at an empty place only where they are asked for. */
function complete({ state, pos, explicit }: CompletionContext): CompletionResult | null {
  const found = fittingAt(state.sliceDoc(0, pos));
  if (found === undefined || (found.typed === '' && !explicit)) return null;
  const { typed, words, isKey } = found;
  const options = words.map((word) => ({ label: word, apply: isKey ? `${word}: ` : word }));
  return { from: pos - typed.length, options, validFor: /^[\w-]*$/ };
}

/**
 * Browsers that replace a selection over several lines leave spans with inline styles behind, which the Content-Security-Policy forbids; so
 * it is replaced here.
 */
function replaceSelected(event: InputEvent, view: EditorView): boolean {
  const { inputType, data } = event;
  if (view.state.selection.main.empty || view.composing) return false;
  const isDelete = inputType.startsWith('deleteContent');
  if (!isDelete && (inputType !== 'insertText' || data === null)) return false;
  event.preventDefault();
  const userEvent = isDelete ? 'delete.selection' : 'input.type';
  view.dispatch(view.state.replaceSelection(isDelete ? '' : (data ?? '')), {
    userEvent,
    scrollIntoView: true,
  });
  return true;
}

export function createEditor({ parent, root, text, changed }: CodeEditorOptions): CodeEditor {
  const extensions = [
    [
      lineNumbers(),
      highlightActiveLineGutter(),
      lintGutter(),
      history({ joinToEvent: (_, adjacent) => adjacent }),
    ],
    [drawSelection(), bracketMatching(), highlightActiveLine(), indentUnit.of('  '), yaml()],
    // Escape, then Tab leaves the editor, as everywhere with CodeMirror.
    autocompletion({ override: [complete], icons: false }),
    keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap, indentWithTab]),
    EditorView.domEventHandlers({ beforeinput: replaceSelected }),
    EditorView.contentAttributes.of({
      tabindex: '0',
      'aria-label': 'Policy as YAML',
      'aria-describedby': 'yaml-help',
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString());
    }),
    [syntaxHighlighting(highlight), look, EditorView.lineWrapping],
  ];
  const stateOf = (doc: string): EditorState => EditorState.create({ doc, extensions });
  const view = new EditorView({ state: stateOf(text), parent, root });
  const now = (): string => view.state.doc.toString();
  return {
    get text() {
      return now();
    },
    apply(next) {
      const changes = changeBetween(now(), next);
      if (changes !== undefined) view.dispatch({ changes, userEvent: 'input.form' });
    },
    open: (next) => view.setState(stateOf(next)),
    show: (mistakes) =>
      view.dispatch(
        setDiagnostics(
          view.state,
          mistakes.map((mistake) => diagnosticOf(view.state, mistake)),
        ),
      ),
    goTo(line, column = 1) {
      const at = view.state.doc.line(Math.min(Math.max(1, line), view.state.doc.lines));
      const anchor = Math.min(at.to, at.from + column - 1);
      view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
      view.focus();
    },
    undo: () => void undo(view),
    redo: () => void redo(view),
    destroy: () => view.destroy(),
  };
}
