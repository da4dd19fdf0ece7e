/** The states of a machine, in words. */

/** @typedef {import('./source.js').SystemState} SystemState */

/** Worst first: that is what one looks for. */
export const states = /** @type {const} */ (['silent', 'late', 'up', 'waiting']);
/** @type {Record<SystemState, string>} */
export const stateWords = { silent: 'Silent', late: 'Late', up: 'Up', waiting: 'Waiting' };
/** @type {Record<SystemState, string>} */
export const stateTitles = {
  silent: 'No report for five intervals',
  late: 'A report is overdue',
  up: 'Reporting on time',
  waiting: 'Registered, but has never reported',
};
