import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTrainingConfig } from '../../../../src/training/config/readConfig';
import { changed, configOf } from './configText';

describe('training configuration: anything', () => {
  const seed = 41;
  const sound = (text: string) => {
    const { config, problems } = parseTrainingConfig(text, 'f');
    const errors = problems.filter(({ severity }) => severity === 'error');
    assert.equal(config === undefined, errors.length > 0);
    const lines = text.split(/\r\n|\r|\n/);
    for (const { line, column, length, message } of problems) {
      assert.ok(line >= 1 && line <= lines.length && column >= 1 && length >= 1, `${line}:${column}`);
      assert.ok(column <= lines[line - 1].length + 1, `${line}:${column} is beyond the line`);
      assert.match(message, /^.+$/);
    }
  };

  it('any text is read or refused', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"data"',
      '1',
      '-',
      '//',
      '/*',
      '\n',
      '\r',
      '\\',
      'é',
    );
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    const units = fc.array(unit).map((parts) => parts.join(''));
    fc.assert(fc.property(units, sound), { seed, numRuns: 200 });
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        sound,
      ),
      { seed, numRuns: 400 },
    );
  });

  it('any JSON is read or refused', () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    fc.assert(
      fc.property(json, (value) => sound(JSON.stringify(value))),
      { seed, numRuns: 150 },
    );
    const keys = [
      'data',
      'model',
      'training',
      'snapshots',
      'files',
      'layers',
      'type',
      'splits',
      '__proto__',
      'name',
    ];
    const known = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<unknown>('dense', 'sgd', 'x', 0, -1, 1.5, true, null),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 5 }),
    }));
    fc.assert(
      fc.property(known.object, (value) => sound(JSON.stringify(value))),
      { seed, numRuns: 250 },
    );
  });

  it('a right configuration with any one value replaced is read or refused at that value or because of it', () => {
    const full = configOf(
      changed(['training.earlyStopping', { split: 'val' }], ['data.labelNoise', { share: 0.1 }]),
    );
    const paths: string[][] = [];
    const visit = (value: unknown, at: string[]) => {
      paths.push(at);
      if (typeof value === 'object' && value !== null) {
        Object.entries(value).forEach(([name, member]) => visit(member, [...at, name]));
      }
    };
    visit(full, []);
    const scalar = fc.constantFrom<unknown>(
      null,
      '',
      'x',
      -1,
      0,
      0.5,
      1,
      1e300,
      true,
      [],
      {},
      [1],
      { a: 1 },
      '..',
      'relu',
    );
    const cases = fc.tuple(fc.constantFrom(...paths.slice(1)), scalar);
    const replaced = ([at, value]: [string[], unknown]) => {
      const copy = structuredClone(full) as unknown as Record<string, unknown>;
      let parent = copy;
      for (const name of at.slice(0, -1)) parent = parent[name] as Record<string, unknown>;
      parent[at[at.length - 1]] = value;
      sound(JSON.stringify(copy, undefined, 1));
    };
    fc.assert(fc.property(cases, replaced), { seed, numRuns: 300 });
  });
});
