import { closedLoop } from './closed-loop.ts';
import type { LoadModel } from './load-model.ts';
import { openLoop } from './open-loop.ts';
import type { RunPlan } from '../types.ts';

/** All load models. To add one, write its file and add it here. */
const loadModels: Readonly<Record<RunPlan['loadModel'], (plan: RunPlan, times?: readonly number[]) => LoadModel>> = {
  closed: closedLoop,
  open: openLoop,
};

/** Returns whether requests have scheduled times: in the open model, unless all of them are due at the start. */
export const isPaced = ({ loadModel, atOnce = false }: Pick<RunPlan, 'loadModel' | 'atOnce'>): boolean =>
  loadModel === 'open' && !atOnce;

/**
 * Returns the load model of a plan.
 * @param times times of its trace, ms
 */
export const loadModelFor = (plan: RunPlan, times?: readonly number[]): LoadModel =>
  loadModels[plan.loadModel](plan, times);
