import type { Meta, Phase } from '../ipc/generated/board';

/** The current phase and those a facilitator goes to from it; skipped ones are passed over. */
export function neighbours(meta: Meta): {
  current: Phase | undefined;
  previous: Phase | undefined;
  next: Phase | undefined;
} {
  const at = meta.phases.findIndex((phase) => phase.id === meta.phase);
  return {
    current: meta.phases[at],
    previous: meta.phases.slice(0, Math.max(at, 0)).findLast((phase) => !phase.skipped),
    next: meta.phases.slice(at + 1).find((phase) => !phase.skipped),
  };
}
