/** Above all depths: what is dragged or written. */
export const TOP = 2_000_000_000;
/** Characters of an order that fit a `z-index`: 94⁴ is below {@link TOP}. */
const DEPTH_DIGITS = 4;

/**
 * The depth an order stands for: its first characters as a number, so that what lies above what does not depend
 * on what else is mounted.
 */
export function depthOf(order: string): number {
  let depth = 0;
  for (let i = 0; i < DEPTH_DIGITS; i++) {
    const code = order.charCodeAt(i) || 0;
    // Orders are compared as text: the printable characters, from 33 on, are digits here.
    depth = depth * 94 + Math.min(93, Math.max(0, code - 33));
  }
  return depth + 1;
}
