/**
 * The parts of `stats`, in the order in which they stand on the wire. Apart from their schemas,
 * because the command line needs the names at every start and zod at few.
 */
export const statsParts = ['cpu', 'memory', 'processes', 'disks', 'network'] as const;
export type StatsPart = (typeof statsParts)[number];
