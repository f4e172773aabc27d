import { describe, expect, it } from 'vitest';
import { parseScenario, readScenario, scenarioNames } from '../../loadtest/scenario/read.ts';

const complaint = (yaml: string): string => {
  try {
    parseScenario(yaml, 'my.yaml');
  } catch (error) {
    return String(error);
  }
  return 'none';
};

describe('scenarios', () => {
  it('that come with Sepet are read, each under its name', () => {
    expect(scenarioNames()).toEqual(
      expect.arrayContaining(['basket', 'batch', 'cold', 'overload', 'slow-clients', 'swap', 'widget']),
    );
    for (const name of scenarioNames()) {
      const scenario = readScenario(name);
      expect([scenario.name, scenario.about.endsWith('.')]).toEqual([name, true]);
    }
  });

  it('have the nearest name said where one is wrong', () => {
    expect(() => readScenario('wigdet')).toThrow(/no scenario "wigdet"\. Did you mean "widget"\?/);
    expect(() => readScenario('./none.yaml')).toThrow(/no scenario file/);
    const mix = 'mix: [{ call: basket }]';
    expect(complaint(`name: a\nconections: 3\n${mix}`)).toMatch(/"conections".*"connections"/);
    expect(complaint('name: a\nmix: [{ call: basket, wieght: 2 }]')).toMatch(/mix\.0.*"wieght".*"weight"/);
    expect(complaint('name: a\nmix: [{ call: baskets }]')).toMatch(/mix\.0\.call.*"baskets".*"basket"/);
    expect(complaint(`name: a\n${mix}\nslow: { header: 3 }`)).toMatch(/slow.*"header".*"headers"/);
    expect(complaint(`name: a\n${mix}\nrate: 0`)).toMatch(/rate/);
    expect(complaint('name: a\nmix: [{ call: basket, products: [5, 2] }]')).toMatch(/first number/);
    expect(complaint('name: [')).toMatch(/my\.yaml is not YAML/);
    expect(complaint('name: a')).toMatch(/mix/);
  });
});
