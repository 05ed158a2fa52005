import { pathOf, routeOf, type Route } from './route';

/** Where the window is, in step with the browser's history, so that Back works. */
export class Router {
  #route = $state.raw<Route>(routeOf(location.pathname));

  get route(): Route {
    return this.#route;
  }

  /** Goes somewhere new. The hash stays: it holds the key to this session. */
  go(route: Route): void {
    if (pathOf(route) !== location.pathname) {
      history.pushState(null, '', pathOf(route) + location.hash);
    }
    this.#route = route;
  }

  /** Follows Back and Forward. */
  follow = (): void => {
    this.#route = routeOf(location.pathname);
  };
}
