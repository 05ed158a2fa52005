/** What follow-ups are called, and how a list of them reads. Pure; today comes as data. */
import type {
  FollowUp,
  FollowUpKind,
  FollowUpStatus,
  NoteKind,
  Reach,
} from '../ipc/generated/board';
import type { IconName } from '../icons/paths';
import { parseDay } from './format';

/** Kinds of follow-up in the order they are offered: what spreads a success comes first. */
export const KINDS: readonly {
  kind: FollowUpKind;
  label: string;
  icon: IconName;
  /** The fill it is shown on. */
  fill: NoteKind;
}[] = [
  { kind: 'spread', label: 'Spreads a success', icon: 'idea', fill: 'idea' },
  { kind: 'remove', label: 'Removes an obstacle', icon: 'puzzle', fill: 'puzzle' },
  { kind: 'change', label: 'Changes the system', icon: 'sync', fill: 'happened' },
  { kind: 'rule', label: 'Adds a check or a rule', icon: 'shield', fill: 'plain' },
  { kind: 'care', label: 'Asks people to take more care', icon: 'eye', fill: 'plain' },
];

export const STATUSES: readonly { status: FollowUpStatus; label: string }[] = [
  { status: 'open', label: 'Agreed' },
  { status: 'doing', label: 'Being done' },
  { status: 'done', label: 'Done' },
  { status: 'dropped', label: 'Dropped' },
];

/** How a kind is shown. */
export function kindOf(kind: FollowUpKind): (typeof KINDS)[number] {
  return KINDS.find((shown) => shown.kind === kind) ?? KINDS[2]!;
}

/** Whom it reaches, in words. */
export function reachWords(reach: Reach): string {
  if (reach.to === 'team') return 'This team';
  if (reach.to === 'everyone') return 'Every team';
  return reach.names.join(', ') || 'Named teams';
}

/** Names separated by commas. */
export function teamNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** The quiet question a follow-up may be asked, or none. */
export function quietQuestion({ kind, reach }: Pick<FollowUp, 'kind' | 'reach'>): string | null {
  if (kind === 'rule' && reach.to === 'everyone') {
    return 'One team’s trouble, every team’s rule? What do the teams that deliver do instead?';
  }
  return kind === 'care' ? 'What would make the careful way the easy way?' : null;
}

const GROUPS = ['Was for earlier', 'This week', 'Later', 'No date yet', 'Done', 'Dropped'] as const;

/** Follow-ups under headings of time, in the order they are to be read. Empty headings are left out. */
export function grouped(
  followups: readonly FollowUp[],
  today: Date,
): { title: string; followups: FollowUp[] }[] {
  const sorted = followups.toSorted(
    (a, b) =>
      a.due.localeCompare(b.due) ||
      kindRank(a) - kindRank(b) ||
      (a.place.order < b.place.order ? -1 : 1),
  );
  return GROUPS.map((title) => ({
    title,
    followups: sorted.filter((followup) => groupOf(followup, today) === title),
  })).filter((group) => group.followups.length > 0);
}

function groupOf({ due, status }: FollowUp, today: Date): (typeof GROUPS)[number] {
  if (status === 'done') return 'Done';
  if (status === 'dropped') return 'Dropped';
  const date = parseDay(due);
  if (!date) return 'No date yet';
  const start = new Date(today.getFullYear(), today.getMonth(), today.getDate());
  if (date < start) return 'Was for earlier';
  const sunday = new Date(start);
  sunday.setDate(start.getDate() + ((7 - start.getDay()) % 7));
  return date <= sunday ? 'This week' : 'Later';
}

function kindRank(followup: FollowUp): number {
  return KINDS.findIndex((shown) => shown.kind === followup.kind);
}
