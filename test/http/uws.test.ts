import { describe, expect, it } from 'vitest';
import { loadUws } from '../../src/http/uws.ts';

describe('the door to uWebSockets.js', () => {
  // First, because a library that is loaded stays loaded.
  it('says what to do where there is no binary', () => {
    const arch = Object.getOwnPropertyDescriptor(process, 'arch') as PropertyDescriptor;
    Object.defineProperty(process, 'arch', { ...arch, value: 'pdp11' });
    try {
      expect(loadUws).toThrow(
        expect.objectContaining({ code: 'runtime_unsupported', message: expect.stringContaining('pdp11') }),
      );
    } finally {
      Object.defineProperty(process, 'arch', arch);
    }
  });

  it('loads the release that fits this Node.js', () => {
    expect(loadUws().App).toBeTypeOf('function');
  });
});
