import Ajv from 'ajv';
import { InputError } from '../core/errors';

/** Name of the file that makes a folder a run. */
export const manifestName = 'apd-run.json';
/** Version of the format that this code writes. It reads this and older ones. */
export const formatVersion = 1;

/** A layer as the manifest has it. */
export interface ManifestLayer {
  name: string;
  activation: string;
  units: number;
  shape: number[];
  /** Bits of a unit. */
  bits: number;
  /** Pieces of the activation; 2^bits where absent. */
  pieces?: number;
  /** `prototypes` where the exact patterns passed the limit and only prototypes were kept. */
  kept?: 'patterns' | 'prototypes';
}

/** A snapshot as the manifest has it. */
export interface ManifestSnapshot {
  epoch: number;
  step?: number;
  /** The `.npz` with its patterns, relative to the run. */
  patterns: string;
  /** The model it was taken of. */
  model?: { path: string; sha256?: string };
  accuracy?: number;
  /** Distinct patterns of each level, or prototypes with instances where only those were kept. */
  patternCounts?: number[];
}

/** What `apd-run.json` holds. */
export interface Manifest {
  formatVersion: number;
  name: string;
  /** The data, with paths relative to the run folder where they can be. */
  dataset: {
    path: string;
    sha256?: string;
    rows: number;
    /** All files, when there is more than one. */
    files?: { path: string; sha256: string }[];
    /** How its numbers were made the model's input: (x·scale − mean) / std, and other options that were given. */
    options?: Record<string, unknown>;
  };
  /** Names of the classes by index. */
  classes: string[];
  /** False when the data has no labels. */
  labelled?: boolean;
  splits?: { name: string; instances: number }[];
  layers: ManifestLayer[];
  snapshots: ManifestSnapshot[];
  backend?: { name: string; version: string; reason: string };
  /** Of a run that was trained: its configuration, by a path relative to the run folder. */
  training?: { config: string };
  /** Labels that were changed on purpose, so that patterns of wrong labels can be studied. */
  labelNoise?: {
    /** File that tells which, relative to the run folder. */
    path: string;
    /** Share of the labels that were drawn anew. */
    share: number;
    seed: number;
    /** Labels that differ from what they were. */
    flipped: number;
  };
}

const text = { type: 'string' };
const count = { type: 'integer', minimum: 0 };

const schema = {
  type: 'object',
  required: ['formatVersion', 'name', 'dataset', 'classes', 'layers', 'snapshots'],
  properties: {
    formatVersion: { type: 'integer', minimum: 1 },
    name: text,
    dataset: {
      type: 'object',
      required: ['path', 'rows'],
      properties: {
        path: text,
        sha256: text,
        rows: count,
        files: { type: 'array' },
        options: { type: 'object' },
      },
    },
    classes: { type: 'array', items: text, maxItems: 65536 },
    labelled: { type: 'boolean' },
    splits: {
      type: 'array',
      maxItems: 256,
      items: {
        type: 'object',
        required: ['name', 'instances'],
        properties: { name: text, instances: count },
      },
    },
    layers: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['name', 'activation', 'units', 'shape', 'bits'],
        properties: {
          name: text,
          activation: text,
          units: { type: 'integer', minimum: 1 },
          shape: { type: 'array', items: { type: 'integer' } },
          bits: { type: 'integer', minimum: 1, maximum: 16 },
          pieces: { type: 'integer', minimum: 2, maximum: 65536 },
          kept: { enum: ['patterns', 'prototypes'] },
        },
      },
    },
    training: { type: 'object', required: ['config'], properties: { config: text } },
    labelNoise: {
      type: 'object',
      required: ['path', 'share', 'seed', 'flipped'],
      properties: {
        path: text,
        share: { type: 'number', minimum: 0, maximum: 1 },
        seed: { type: 'integer' },
        flipped: count,
      },
    },
    snapshots: {
      type: 'array',
      items: {
        type: 'object',
        required: ['epoch', 'patterns'],
        properties: {
          epoch: { type: 'number' },
          step: { type: 'number' },
          patterns: text,
          model: { type: 'object', required: ['path'], properties: { path: text, sha256: text } },
          accuracy: { type: 'number' },
          patternCounts: { type: 'array', items: count },
        },
      },
    },
  },
};

const validate = new Ajv({ allErrors: false }).compile<Manifest>(schema);

/**
 * Reads the text of an `apd-run.json`.
 * @param file its path, for messages
 * @throws InputError naming the first field that is wrong
 */
export function parseManifest(content: string, file: string): Manifest {
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw new InputError(file, `is not JSON (${(error as Error).message})`);
  }
  if (!validate(parsed)) {
    const problem = validate.errors?.[0];
    throw new InputError(file, problem?.message ?? 'is no run', problem?.instancePath || undefined);
  }
  if (parsed.formatVersion > formatVersion) {
    throw new InputError(
      file,
      `has format version ${parsed.formatVersion}; this program reads up to ${formatVersion}: a newer one is needed`,
    );
  }
  return parsed;
}
