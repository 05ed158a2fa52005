import type { Role } from '../ipc/generated/board';

/** What a role is called and means, from the least to the most. */
export const ROLES: Record<Role, { verb: string; name: string; meaning: string }> = {
  lookOn: {
    verb: 'Look on',
    name: 'looks on',
    meaning: 'They see everything and change nothing.',
  },
  takePart: {
    verb: 'Take part',
    name: 'takes part',
    meaning: 'They write, move and group. Phases stay with the facilitator.',
  },
  facilitate: {
    verb: 'Facilitate',
    name: 'facilitates',
    meaning: 'They do everything you can do, phases and invitations included.',
  },
};

const ORDER: Role[] = ['lookOn', 'takePart', 'facilitate'];

/** A role and those it includes, from the least to the most. */
export function rolesUpTo(role: Role): Role[] {
  return ORDER.slice(0, ORDER.indexOf(role) + 1);
}
