/** An error's words for a person: of a fault, the engine's own. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
