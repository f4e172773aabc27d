import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const timed = 'test/**/*.timed.test.ts';

/** Of half a minute each: begun last, one of them would be waited for alone. */
const long =
  /(bench\/ann|docs\/(deltas|releasing)|http\/(admin|labels|lifecycle|releases|trials)|loadtest\/(loadtest|verbs)|releases\/(follow|follow-away|large|start)|training\/retail-quality|ui\/(axe|compare|compare-verdicts|overview|try|widget))\.test\.ts$/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [true, false].flatMap((isLong) => sorted.filter((file) => long.test(file.moduleId) === isLong));
  }
}

export default defineConfig({
  test: {
    // These bound what never comes about, not what takes its time where others are on the machine.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
    // Worker threads share one address space with the addon: a fork a file keeps a crash in its own file.
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
    projects: [
      {
        extends: true,
        test: {
          ...{ name: 'all', include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, timed] },
          sequence: { groupOrder: 0 },
        },
      },
      // What watches the clock runs when nothing else does.
      { extends: true, test: { name: 'timed', include: [timed], maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
