import { Type, type Static } from '@sinclair/typebox';
import { documentReader } from './jsonDocument';

/** Name of the file that makes a folder a run. */
export const MANIFEST_NAME = 'apd-run.json';
/** Version of the format that this code writes. It reads this and older ones. */
export const FORMAT_VERSION = 1;

/** Longest path and longest name in a manifest, in characters. */
const text = Type.String({ maxLength: 4096 });
const count = Type.Integer({ minimum: 0 });

const layer = Type.Object({
  name: text,
  activation: text,
  units: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }),
  shape: Type.Array(Type.Integer(), { maxItems: 64 }),
  /** Bits of a unit. */
  bits: Type.Integer({ minimum: 1, maximum: 16 }),
  /** Pieces of the activation; 2^bits where absent. */
  pieces: Type.Optional(Type.Integer({ minimum: 2, maximum: 65536 })),
  /** `prototypes` where the exact patterns passed the limit and only prototypes were kept. */
  kept: Type.Optional(Type.Union([Type.Literal('patterns'), Type.Literal('prototypes')])),
});

const snapshot = Type.Object({
  epoch: Type.Number(),
  step: Type.Optional(Type.Number()),
  /** The `.npz` with its patterns, relative to the run. */
  patterns: text,
  /** The model it was taken of. */
  model: Type.Optional(Type.Object({ path: text, sha256: Type.Optional(text) })),
  accuracy: Type.Optional(Type.Number()),
  /** Distinct patterns of each level, or prototypes with instances where only those were kept. */
  patternCounts: Type.Optional(Type.Array(count)),
});

const dataset = Type.Object({
  path: text,
  sha256: Type.Optional(text),
  rows: count,
  /** All files, when there is more than one. */
  files: Type.Optional(Type.Array(Type.Object({ path: text, sha256: text }), { maxItems: 4096 })),
  /** How its numbers were made the model's input: (x·scale − mean) / std, and other options that were given. */
  options: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});

const schema = Type.Object({
  formatVersion: Type.Integer({ minimum: 1 }),
  name: text,
  /** The data, with paths relative to the run folder where they can be. */
  dataset,
  /** Names of the classes by index. */
  classes: Type.Array(text, { maxItems: 65536 }),
  /**
   * What the model gives for an instance where it is no class; absent for classes. `classes` then are the bins of a value
   * (`edges` are where they meet), the sets of labels that were met, or one that stands for none.
   */
  output: Type.Optional(
    Type.Object({
      kind: Type.Union([Type.Literal('value'), Type.Literal('labels'), Type.Literal('none')]),
      name: text,
      columns: Type.Optional(Type.Integer({ minimum: 1, maximum: 65536 })),
      edges: Type.Optional(Type.Array(Type.Number(), { maxItems: 256 })),
    }),
  ),
  /** Where the bins meet that labels were put into; absent where they are classes. */
  labelBins: Type.Optional(Type.Array(Type.Number(), { maxItems: 256 })),
  /** False when the data has no labels. */
  labelled: Type.Optional(Type.Boolean()),
  splits: Type.Optional(Type.Array(Type.Object({ name: text, instances: count }), { maxItems: 256 })),
  layers: Type.Array(layer, { minItems: 1, maxItems: 65536 }),
  snapshots: Type.Array(snapshot),
  backend: Type.Optional(Type.Object({ name: Type.String(), version: Type.String(), reason: Type.String() })),
  /** Of a run that was trained: its configuration, by a path relative to the run folder. */
  training: Type.Optional(Type.Object({ config: text })),
  /** Labels that were changed on purpose, so that patterns of wrong labels can be studied. */
  labelNoise: Type.Optional(
    Type.Object({
      /** File that tells which, relative to the run folder. */
      path: text,
      /** Share of the labels that were drawn anew. */
      share: Type.Number({ minimum: 0, maximum: 1 }),
      seed: Type.Integer(),
      /** Labels that differ from what they were. */
      flipped: count,
    }),
  ),
});

/** What `apd-run.json` holds. */
export type Manifest = Static<typeof schema>;
/** A layer as the manifest has it. */
export type ManifestLayer = Static<typeof layer>;
/** A snapshot as the manifest has it. */
export type ManifestSnapshot = Static<typeof snapshot>;

/**
 * Reads the text of an `apd-run.json`.
 * @throws InputError naming the first field that is wrong
 */
export const parseManifest = documentReader({ schema, version: FORMAT_VERSION });
