import assert from 'node:assert/strict';
import schema from '../../../../media/apd.schema.json';
import { parseTrainingConfig } from '../../../../src/training/config/readConfig';
import { changed, configOf } from './configText';

interface Part {
  description?: string;
  default?: unknown;
  enum?: unknown[];
  enumDescriptions?: string[];
  type?: string | string[];
  properties?: Record<string, Part>;
  additionalProperties?: boolean | Part;
  defaultSnippets?: { label?: string; body: unknown }[];
  definitions?: Record<string, Part>;
  $ref?: string;
}

const root = schema as Part;

/** Every part of the schema, with its path. */
function* parts(value: unknown, path: string): Generator<[string, Part]> {
  if (typeof value !== 'object' || value === null) return;
  yield [path, value as Part];
  for (const [name, member] of Object.entries(value)) {
    if (name !== 'defaultSnippets' && name !== 'default') yield* parts(member, `${path}/${name}`);
  }
}

/** Every property that an object of the configuration can have, with its path. */
const properties = [...parts(schema, '')].filter(
  ([path]) => /\/properties\/[^/]+$/.test(path) && !path.includes('/if/'),
);

/** A snippet as it is inserted: `^${1:32}` becomes 32, `${2:relu}` becomes "relu". */
function inserted(value: unknown): unknown {
  if (typeof value === 'string') {
    const text = value.replace(/\$\{\d+:([^}]*)\}/g, '$1');
    return text.startsWith('^') ? (JSON.parse(text.slice(1)) as unknown) : text;
  }
  if (Array.isArray(value)) return value.map(inserted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, inserted(member)]));
}

describe('schema of training configurations', () => {
  it('describes every property, and every value of an enumeration', () => {
    assert.ok(properties.length > 70, `${properties.length}`);
    for (const [path, part] of properties) assert.match(part.description ?? '', /^[A-Z].*\.$/s, path);
    for (const [path, part] of parts(schema, '')) {
      if (!part.enum || part.enum.length === 1 || path.includes('/if/')) continue;
      if (path.startsWith('/definitions') && path.endsWith('/properties/type')) continue;
      assert.equal(part.enumDescriptions?.length, part.enum.length, path);
    }
  });

  it('names the default of every property that has one, and says of others what leaving them out means', () => {
    const required = new Set(
      [...parts(schema, '')].flatMap(([path, part]) =>
        ((part as { required?: string[] }).required ?? []).map((name) => `${path}/properties/${name}`),
      ),
    );
    for (const [path, part] of properties) {
      const text = part.description ?? '';
      if (part.default === undefined) {
        const told =
          required.has(path) || /\$schema|model\/properties|splits$|scaling\/else|\/type$/.test(path);
        assert.ok(told || /Left out: /.test(text), `${path} is not said to be optional`);
      } else if (typeof part.default !== 'object') {
        assert.ok(
          text.includes(`Default \`${String(part.default)}\``) ||
            text.includes(`Default ${String(part.default)}`),
          path,
        );
      }
    }
  });

  it('lets no object have properties that it does not name', () => {
    for (const [path, part] of parts(schema, '')) {
      const open = part.type === 'object' && part.additionalProperties === undefined;
      // What is told apart by its `type` is closed by the definition for that type.
      const told = part.properties?.type !== undefined;
      assert.ok(!open || told || path.endsWith('/if'), path);
    }
  });

  it('has the defaults that the code fills in', () => {
    const { training, snapshots, backend, data } = configOf(changed());
    const check = (part: Part, value: unknown, path: string) => {
      for (const [name, property] of Object.entries(part.properties ?? {})) {
        const found = (value as Record<string, unknown>)[name];
        if (property.default === undefined || typeof property.default === 'object') continue;
        assert.deepEqual(found, property.default, `${path}/${name}`);
      }
    };
    const definitions = root.definitions ?? {};
    check(root.properties?.training ?? {}, training, 'training');
    check(root.properties?.snapshots ?? {}, snapshots, 'snapshots');
    check(root.properties?.data ?? {}, data, 'data');
    check(root, { backend }, '');
    assert.deepEqual(training.optimizer, { ...training.optimizer, type: 'adam' });
    for (const [key, types] of [
      ['optimizer', ['sgd', 'adam', 'rmsprop']],
      ['schedule', ['step', 'exponential', 'cosine']],
    ] as const) {
      for (const type of types) {
        const schedule = type === 'cosine' ? { learningRate: 1 } : {};
        const filled = configOf(changed([`training.${key}`, { type }])).training[key];
        check(definitions[type], { ...schedule, ...filled }, type);
      }
    }
  });

  it('offers snippets that are right as they are inserted', () => {
    const layer = { type: 'dense', units: 64, activation: 'relu' };
    const place: Record<string, (body: unknown) => unknown> = {
      '': (body) => body,
      '/properties/data': (body) => changed(['data', body]),
      '/properties/data/properties/files': (body) => changed(['data', { files: body }]),
      '/properties/data/properties/scaling': (body) => changed(['data.scaling', body]),
      '/properties/data/properties/splits': (body) => changed(['data.splits', body]),
      '/properties/data/properties/labelNoise': (body) => changed(['data.labelNoise', body]),
      '/properties/model': (body) => changed(['model', body]),
      '/properties/training': (body) => changed(['training', body]),
      '/properties/training/properties/optimizer': (body) => changed(['training.optimizer', body]),
      '/properties/training/properties/schedule': (body) => changed(['training.schedule', body]),
      '/properties/training/properties/earlyStopping': (body) => changed(['training.earlyStopping', body]),
      '/properties/snapshots': (body) => changed(['snapshots', body]),
      '/definitions/layer': (body) => {
        const image = { type: 'reshape', shape: [8, 8, 1] };
        const before = /2d/.test(JSON.stringify(body)) ? [layer, image] : [layer];
        return changed(['model.layers', [...before, body, { type: 'dense', units: 3 }]]);
      },
    };
    let tried = 0;
    for (const [path, part] of parts(schema, '')) {
      for (const { label, body } of part.defaultSnippets ?? []) {
        const value = place[path](inserted(body));
        const { problems } = parseTrainingConfig(JSON.stringify(value), 'f');
        assert.deepEqual(problems, [], `${path}: ${label}`);
        tried++;
      }
    }
    assert.ok(tried >= 25, `${tried}`);
  });
});
