import { closedLoop } from './closed-loop.ts';
import type { LoadModel } from './load-model.ts';
import { openLoop } from './open-loop.ts';
import type { RunPlan } from '../types.ts';

/** Every load model there is. A new one is one file here and one line in this list. */
const loadModels: Readonly<Record<RunPlan['loadModel'], (plan: RunPlan) => LoadModel>> = {
  closed: closedLoop,
  open: openLoop,
};

/** The load model that a plan asks for. */
export const loadModelFor = (plan: RunPlan): LoadModel => loadModels[plan.loadModel](plan);
