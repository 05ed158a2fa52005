import type { BoardId, Key } from '../ipc/generated/board';

/** What the window shows. */
export type Route =
  | { screen: 'home' }
  | {
      screen: 'board';
      board: BoardId;
      /** What to bring into view, once. */
      focus: Key | null;
    };

/** The path of a route. */
export function pathOf(route: Route): string {
  return route.screen === 'home' ? '/' : `/board/${route.board}`;
}

/** The route of a path; Home for a path that is none. */
export function routeOf(path: string): Route {
  const board = /^\/board\/(b[0-9a-z]{16})$/.exec(path)?.[1];
  return board ? { screen: 'board', board, focus: null } : { screen: 'home' };
}
