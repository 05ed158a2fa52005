import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ToastQueue } from './toasts.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('shows the newest and takes it away in time', () => {
  const queue = new ToastQueue();
  queue.show({ text: 'one' });
  queue.show({ text: 'two' });
  expect(queue.current?.text).toBe('two');
  vi.advanceTimersByTime(6_000);
  expect(queue.current).toBeNull();
});

it('keeps a fault until it is dismissed, and says it once', () => {
  const queue = new ToastQueue();
  const dismiss = queue.show({ text: 'Could not save', fault: true });
  queue.show({ text: 'Could not save', fault: true });
  queue.show({ text: 'passing' });
  vi.advanceTimersByTime(60_000);
  expect(queue.current?.text).toBe('Could not save');
  dismiss();
  expect(queue.current).toBeNull();
});

it('holds while somebody reads', () => {
  const queue = new ToastQueue();
  queue.show({ text: 'one' });
  queue.hold();
  vi.advanceTimersByTime(60_000);
  expect(queue.current?.text).toBe('one');
  queue.resume();
  vi.advanceTimersByTime(6_000);
  expect(queue.current).toBeNull();
});
