import { expect, it } from 'vitest';
import { pathOf, routeOf, type Route } from './route';

const BOARD = 'b0123456789abcdef';

it.each<Route>([{ screen: 'home' }, { screen: 'board', board: BOARD, focus: null }])(
  'reads back the path of %o',
  (route) => expect(routeOf(pathOf(route))).toEqual(route),
);

it.each(['/board/', '/board/x', `/board/${BOARD}/more`, '/anything', ''])(
  'shows Home for %s',
  (path) => expect(routeOf(path)).toEqual({ screen: 'home' }),
);
