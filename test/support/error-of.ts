import { MonitorError } from '../../src/base/errors.ts';

/** The MonitorError that an action throws. Fails where it throws another, or none. */
export function errorOf(action: () => unknown): MonitorError {
  try {
    action();
  } catch (error) {
    if (error instanceof MonitorError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
