import { describe, expect, it } from 'vitest';
import type { FollowUp } from '../ipc/generated/board';
import { grouped, quietQuestion, reachWords, teamNames } from './followups';

function followup(change: Partial<FollowUp>): FollowUp {
  return {
    id: 'f0000000000000000',
    text: '',
    owner: '',
    due: '',
    kind: 'change',
    reach: { to: 'team' },
    status: 'open',
    from: null,
    outcome: '',
    spot: '',
    place: { parent: 'board', x: 0, y: 0, order: 'a' },
    ...change,
  };
}

describe('the list', () => {
  // A Wednesday.
  const today = new Date(2025, 3, 2, 15);

  it('groups by when, and leaves out what is empty', () => {
    const list = [
      followup({ text: 'later', due: '2025-04-14' }),
      followup({ text: 'sunday', due: '2025-04-06' }),
      followup({ text: 'today', due: '2025-04-02' }),
      followup({ text: 'undated' }),
      followup({ text: 'earlier', due: '2025-04-01' }),
      followup({ text: 'done', due: '2025-04-01', status: 'done' }),
    ];
    expect(grouped(list, today).map((g) => [g.title, ...g.followups.map((f) => f.text)])).toEqual([
      ['Was for earlier', 'earlier'],
      ['This week', 'today', 'sunday'],
      ['Later', 'later'],
      ['No date yet', 'undated'],
      ['Done', 'done'],
    ]);
  });

  it('puts what spreads a success first', () => {
    const list = [
      followup({ kind: 'rule', text: 'rule' }),
      followup({ kind: 'spread', text: 'spread' }),
    ];
    expect(grouped(list, today)[0]?.followups.map((f) => f.text)).toEqual(['spread', 'rule']);
  });
});

describe('quiet questions', () => {
  it('ask about a rule for all, and only then', () => {
    expect(quietQuestion({ kind: 'rule', reach: { to: 'everyone' } })).toMatch(/every team’s rule/);
    expect(quietQuestion({ kind: 'rule', reach: { to: 'team' } })).toBeNull();
    expect(quietQuestion({ kind: 'spread', reach: { to: 'everyone' } })).toBeNull();
  });
  it('ask about care', () =>
    expect(quietQuestion({ kind: 'care', reach: { to: 'team' } })).toMatch(/easy way/));
});

it('reads and shows teams', () => {
  expect(teamNames(' Orders, , Payments,')).toEqual(['Orders', 'Payments']);
  expect(reachWords({ to: 'teams', names: ['Orders', 'Payments'] })).toBe('Orders, Payments');
});
