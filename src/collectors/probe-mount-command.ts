/** The command of ours that asks one mount for its figures (cli/probe-mount.ts). */
export const probeMountCommand = 'probe-mount';
