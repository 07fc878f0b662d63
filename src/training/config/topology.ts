import type { AxisOrder } from '../../data/dataset';
import { formatShape } from '../../data/arrays/storedArray';
import type { LayerConfig, TrainingSettings } from './config';
import { ConfigError } from './configError';
import { kerasLayer, separateActivation, type KerasClass } from './kerasLayers';
import { checkNames, freeName, INPUT_NAME, nameLayers, type NamedLayer } from './layerNames';
import { checkOutput, outputActivation } from './output';
import { inferShapes, type LayerShapes, type Shape } from './shapes';
import { elementCount } from '../../core/shape';

/** A network as a saved model has it. */
export interface NetworkTopology {
  /** `modelTopology` of a tfjs `model.json`: Keras JSON of a functional model that ends in softmax or sigmoid. */
  topology: object;
  /** For each layer of the topology the JSON pointer to the layer of the configuration that it comes of. */
  layerPointers: Map<string, string>;
  /** For each layer of the topology the shape of its output, without the batch axis. */
  layerShapes: Map<string, Shape>;
}

/**
 * The network that a configuration describes. Where a layer cannot take what comes, an instance is flattened before
 * `dense`, and [height, width] gets a channel before layers of images. Initializers keep their names: the weights are the
 * caller's to draw.
 * @param features shape of an instance as the file has it; channels come last in the network
 * @param classes number of classes
 * @param source the configuration's file, for errors
 * @throws ConfigError at the value that is wrong
 */
export function networkTopology({
  layers,
  features,
  classes,
  loss,
  source,
}: {
  layers: readonly LayerConfig[];
  features: { shape: Shape; axes?: AxisOrder };
  classes: number;
  loss: TrainingSettings['loss'];
  source?: string;
}): NetworkTopology {
  if (layers.length === 0) throw new ConfigError('/model/layers', 'the network has no layers', source);
  const inputShape = networkInput(features, layers[0]);
  if (inputShape.length === 0 || elementCount(inputShape) === 0) {
    const problem = `instances are ${formatShape(inputShape)}, expected a list of numbers or an image`;
    throw new ConfigError('/data/files', problem, source);
  }
  const named = nameLayers(layers);
  const { shapes, findings } = inferShapes(named, inputShape);
  const [problem] = [...checkNames(named), ...findings, ...checkOutput(named, loss, classes)];
  if (problem) throw new ConfigError(problem.pointer, problem.message, source);
  const writer = new TopologyWriter(inputShape, named);
  named.forEach((layer, index) => {
    const last = index === named.length - 1;
    writer.add(layer, `/model/layers/${index}`, shapes[index], last ? outputActivation[loss] : undefined);
  });
  return writer.finish();
}

/**
 * Shape of the network's input: that of an instance with the channels last. Flat instances that are said to be images are
 * taken as such where the network begins with their shape: so the channels get to their place.
 */
function networkInput({ shape, axes }: { shape: Shape; axes?: AxisOrder }, first: LayerConfig): Shape {
  if (axes === 'CHW' && shape.length === 3) return [shape[1], shape[2], shape[0]];
  const image = axes === 'CHW' || axes === 'HWC';
  const shaped = image && shape.length === 1 && first.type === 'reshape' && first.shape.length === 3;
  return shaped && !first.shape.includes(-1) && elementCount(first.shape) === shape[0] ? first.shape : shape;
}

/** Writes layers as Keras' JSON of functional models has them. */
class TopologyWriter {
  private readonly layers: object[] = [];
  private readonly taken: Set<string>;
  /** For each layer of the configuration the layer of the topology that gives its output. */
  private readonly outputs = new Map([[INPUT_NAME, INPUT_NAME]]);
  private readonly pointers = new Map([[INPUT_NAME, '/model']]);
  private readonly shapes: Map<string, Shape>;
  private last = INPUT_NAME;

  constructor(input: Shape, named: readonly NamedLayer[]) {
    this.taken = new Set([INPUT_NAME, ...named.map(({ name }) => name)]);
    this.shapes = new Map([[INPUT_NAME, input]]);
    const config = { batch_input_shape: [null, ...input], dtype: 'float32', sparse: false, name: INPUT_NAME };
    this.layers.push({ class_name: 'InputLayer', config, name: INPUT_NAME, inbound_nodes: [] });
  }

  /** @param ending activation of the last layer, which it has whether it is written or not */
  add(layer: NamedLayer, pointer: string, around: LayerShapes, ending: string | undefined): void {
    const { input, output, preparation } = around;
    if (!input || !output) throw new ConfigError(pointer, 'the shape of this layer is not known');
    if (preparation) {
      const name = freeName(`${layer.name}_${preparation}`, this.taken);
      const prepared: KerasClass =
        preparation === 'flatten'
          ? { className: 'Flatten', config: {} }
          : { className: 'Reshape', config: { target_shape: [...input] } };
      this.push(name, { written: prepared, inputs: [this.last], pointer, shape: input });
    }
    const written = kerasLayer(layer, input, output, ending);
    const inputs = layer.type === 'add' ? [this.last, this.outputs.get(layer.with) ?? ''] : [this.last];
    this.push(layer.name, { written, inputs, pointer, shape: output });
    const after = layer.type === 'activation' ? undefined : separateActivation(layer, output);
    if (after) {
      const name = freeName(`${layer.name}_activation`, this.taken);
      this.push(name, { written: after, inputs: [this.last], pointer, shape: output });
    }
    this.outputs.set(layer.name, this.last);
  }

  finish(): NetworkTopology {
    const topology = {
      class_name: 'Model',
      config: {
        name: 'network',
        layers: this.layers,
        input_layers: [[INPUT_NAME, 0, 0]],
        output_layers: [[this.last, 0, 0]],
      },
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    };
    return { topology, layerPointers: this.pointers, layerShapes: this.shapes };
  }

  private push(
    name: string,
    {
      written: { className, config },
      inputs,
      pointer,
      shape,
    }: { written: KerasClass; inputs: string[]; pointer: string; shape: Shape },
  ) {
    const inbound = inputs.map((input) => [input, 0, 0, {}]);
    this.layers.push({
      class_name: className,
      config: { ...config, name, trainable: true },
      name,
      inbound_nodes: [inbound],
    });
    this.pointers.set(name, pointer);
    this.shapes.set(name, shape);
    this.last = name;
  }
}
