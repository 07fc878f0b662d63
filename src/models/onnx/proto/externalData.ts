import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '../../../core/errors';
import { readModelFile } from '../../modelFile';
import type { ExternalReference, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from './proto';

/** A file beside the model, as ONNX Runtime takes it. */
export interface ExternalFile {
  /** Its path as the model names it. */
  path: string;
  data: Uint8Array;
}

/** Every tensor of some nodes' attributes and bodies. */
function* tensorsOfNodes(nodes: readonly OnnxNode[]): Generator<OnnxTensor> {
  for (const node of nodes) {
    for (const attribute of node.attributes.values()) {
      if (attribute.t) yield attribute.t;
      for (const body of attribute.graphs) yield* tensorsOfGraph(body);
    }
  }
}

function* tensorsOfGraph(graph: OnnxGraph): Generator<OnnxTensor> {
  yield* graph.initializers.values();
  yield* tensorsOfNodes(graph.nodes);
}

/** Where the model's external tensors lie, by file. */
function referencesByFile(model: OnnxModel): Map<string, ExternalReference[]> {
  const files = new Map<string, ExternalReference[]>();
  const take = (tensors: Iterable<OnnxTensor>): void => {
    for (const { external } of tensors) {
      if (!external) continue;
      const references = files.get(external.location);
      if (references) references.push(external);
      else files.set(external.location, [external]);
    }
  };
  take(tensorsOfGraph(model.graph));
  for (const definition of model.functions) take(tensorsOfNodes(definition.nodes));
  return files;
}

/** Whether a path leads out of the folder it starts from, on any system. */
function escapes(location: string): boolean {
  const parts = location.split(/[/\\]/);
  return (
    location === '' ||
    location.includes('\0') ||
    path.posix.isAbsolute(location) ||
    path.win32.isAbsolute(location) ||
    /^[a-z]:/i.test(location) ||
    parts.includes('..')
  );
}

/** Whether a file lies within a folder, symbolic links followed. A file that is missing does: reading it says so. */
async function liesWithin(folder: string, file: string): Promise<boolean> {
  const real = await realpath(file).catch(() => undefined);
  if (real === undefined) return true;
  const relative = path.relative(await realpath(folder), real);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}

/**
 * Reads the files that hold a model's weights beside it.
 * @param modelPath the model's own path, as the user named it
 * @throws InputError when a file is missing, too short, or not in the model's folder
 */
export async function readExternalData(modelPath: string, model: OnnxModel): Promise<ExternalFile[]> {
  const folder = path.dirname(modelPath);
  const files: ExternalFile[] = [];
  for (const [location, references] of referencesByFile(model)) {
    const file = path.join(folder, location);
    if (escapes(location) || !(await liesWithin(folder, file))) {
      throw new InputError(
        modelPath,
        `has its weights in '${location}', expected a file in the model's own folder`,
      );
    }
    const { bytes } = await readModelFile(file, `the weights of ${modelPath}`);
    const needed = references.reduce((most, { offset, length }) => Math.max(most, offset + (length ?? 0)), 0);
    if (needed > bytes.length) {
      throw new InputError(file, `has ${bytes.length} bytes, expected ${needed} as ${modelPath} says`);
    }
    files.push({ path: location, data: bytes });
  }
  return files;
}
