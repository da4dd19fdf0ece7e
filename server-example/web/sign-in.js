/** Where a token is asked for, it is exchanged once for a cookie that scripts cannot read. */
import { make, setText } from './dom.js';
import { signIn } from './source.js';

/**
 * @param {() => void} onSignedIn
 * @returns {HTMLElement}
 */
export function createSignIn(onSignedIn) {
  const token = make('input', {
    type: 'password',
    name: 'token',
    id: 'token',
    autocomplete: 'current-password',
    required: true,
  });
  const problem = make('p', { class: 'problem-text', role: 'alert' });
  return make(
    'form',
    {
      class: 'card sign-in',
      onsubmit: (event) => {
        event.preventDefault();
        signIn(token.value).then(onSignedIn, (/** @type {unknown} */ error) => {
          setText(problem, error instanceof Error ? error.message : String(error));
        });
      },
    },
    make('h1', {}, 'Sign in'),
    make('label', { for: 'token' }, 'A token that may view this receiver'),
    token,
    make('button', { type: 'submit' }, 'Sign in'),
    problem,
  );
}
