import { closedLoop } from './closed-loop.ts';
import { openLoop } from './open-loop.ts';
import type { RunPlan } from './types.ts';

/** Decides when the next request leaves. Pure: the engine owns the clock. */
export interface LoadModel {
  /**
   * Asked before request `index` (from 0) leaves, `elapsedMs` after the clock started: `now` = as soon as a slot is free,
   * `done` = no more requests, a number = the scheduled time in ms from the start.
   */
  next(index: number, elapsedMs: number): 'now' | 'done' | number;
}

/** Every load model there is. A new one is one file here and one line in this list. */
const loadModels: Readonly<Record<RunPlan['loadModel'], (plan: RunPlan) => LoadModel>> = {
  closed: closedLoop,
  open: openLoop,
};

/** The load model that a plan asks for. */
export const loadModelFor = (plan: RunPlan): LoadModel => loadModels[plan.loadModel](plan);
