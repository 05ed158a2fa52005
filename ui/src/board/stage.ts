import type { Meta, Phase } from '../ipc/generated/board';

/** The current phase. */
export function currentPhase(meta: Meta): Phase | undefined {
  return meta.phases.find((phase) => phase.id === meta.phase);
}

/** The current phase while people write each for themselves in it, as the engine has it. */
export function privatePhase(meta: Meta): Phase | undefined {
  const phase = currentPhase(meta);
  const isPrivate = phase?.kind === 'gather' && phase.writing === 'private';
  return isPrivate && !meta.revealed.includes(phase.id) ? phase : undefined;
}

/** Whether people do something each for themselves now: what is on this screen is one person's. */
export function isPrivate(meta: Meta): boolean {
  return privatePhase(meta) !== undefined || meta.vote?.open === true;
}
