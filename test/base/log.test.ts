import { describe, expect, it } from 'vitest';
import { createLog, throttled } from '../../src/base/log.ts';

function logged(format: 'text' | 'json'): string[] {
  const lines: string[] = [];
  const log = createLog(format, (line) => lines.push(line));
  log.info('listening', { port: 7700, host: undefined });
  log.error('a\nb');
  return lines;
}

describe('the log', () => {
  it('reads as sentences for people', () => {
    expect(logged('text')).toEqual(['sepet: listening port=7700', 'sepet: error: a\nb']);
  });

  it('is one object a line for machines', () => {
    const [first = '', second = ''] = logged('json');
    expect(JSON.parse(first)).toMatchObject({ level: 'info', message: 'listening', port: 7700 });
    expect(second).not.toContain('\n');
    expect(JSON.parse(second)).toMatchObject({ level: 'error', message: 'a\nb' });
  });

  it('says what repeats once a period, and how often it was left out', async () => {
    const lines: string[] = [];
    const say = throttled(createLog('text', (line) => lines.push(line)).error, 1000);
    for (let i = 0; i < 1000; i++) say(`bug ${i}`);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    say('bug');
    expect(lines).toEqual(['sepet: error: bug 0', 'sepet: error: bug repeated=999']);
  });
});
