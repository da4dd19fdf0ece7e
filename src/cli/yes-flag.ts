/** The flag of commands that ask before they do what cannot be undone (insist.ts). */

export interface YesOption {
  readonly yes?: true;
}

export const yesFlag = ['--yes', 'do it without asking'] as const;
