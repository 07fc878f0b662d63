import { InputError } from '../../core/errors';
import { describeNativeBackend, installNativeBackend } from '../../models/tfjs/nativeStatus';
import type { TrainParams, TrainResult } from '../../protocol/training';
import { checkTrainingText } from '../../training/config/checkText';
import { starterConfig } from '../../training/config/starter';
import type { Handlers, Tell } from '../work/handlers';
import type { Work } from '../work/work';
import { branchRun } from './preparation/branchRun';
import { TrainingControl } from './trainingControl';
import { trainingInfo } from './trainingInfo';
import { trainRun } from './trainRun';

type TrainingMethods = Extract<keyof Handlers, `training/${string}`>;

/** Answers of the requests about training. One training at a time: it has the thread to itself but for messages. */
export function trainingHandlers(tell: Tell): Pick<Handlers, TrainingMethods> {
  let current: TrainingControl | undefined;
  return {
    'training/run': async (params, work) => {
      if (current) throw new InputError('training', 'another one is under way in this process');
      const control = new TrainingControl(work.signal);
      current = control;
      try {
        return await run(params, control, tell, work);
      } finally {
        current = undefined;
      }
    },
    'training/pause': ({ paused }) => {
      if (!current) throw new InputError('training', 'none is under way');
      if (paused) current.pause();
      else current.resume();
      return { paused: current.paused };
    },
    'training/info': ({ folders }) => trainingInfo(folders),
    'training/branch': async ({ folder, snapshot, out }) => {
      await branchRun(folder, snapshot, out);
      return { folder: out };
    },
    'training/check': ({ file, text }) => checkTrainingText(text, file),
    'training/starter': async ({ data, labels }) => ({ text: await starterConfig(data, labels) }),
    'training/native': ({ folders, installInto }) => ({
      ...describeNativeBackend(folders),
      install: installNativeBackend(installInto),
    }),
  };
}

function run(params: TrainParams, control: TrainingControl, tell: Tell, work: Work): Promise<TrainResult> {
  work.onProgress?.('Preparing');
  return trainRun(
    params,
    {
      onNotice: (text) => tell('engine/log', { level: 'info', text }),
      onProgress: (progress) => tell('training/progress', progress),
      onStarted: (folder) => tell('training/started', { folder }),
      onSnapshot: (folder, { index }) => tell('run/snapshot', { folder, snapshot: index }),
    },
    control,
  );
}
