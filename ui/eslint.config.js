import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** The folders of src/ from the outside in. A folder imports from those after it, never from those before. */
const LAYERS = [['screens'], ['panels', 'canvas'], ['board'], ['ipc']];

const directions = LAYERS.flatMap((layer, depth) =>
  layer.map((folder) => {
    const outer = LAYERS.slice(0, depth).flat();
    // Side by side means apart: the canvas knows no panel, a panel no canvas.
    const banned = [...outer, ...layer.filter((other) => other !== folder)];
    return {
      files: [`src/${folder}/**/*.{ts,svelte}`],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            patterns: banned.map((name) => ({
              regex: `^\\.{1,2}/(.*/)?${name}/`,
              message: 'Imports run screens → panels/canvas → board → ipc, never back.',
            })),
          },
        ],
      },
    };
  }),
);

export default ts.config(
  { ignores: ['dist/', 'src/ipc/generated/'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  ...svelte.configs.prettier,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-explicit-any': 'error',
      eqeqeq: 'error',
      'no-console': ['error', { allow: ['error'] }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig },
    },
    rules: {
      // A style attribute in markup is against the Content-Security-Policy; style: directives are not.
      'no-restricted-syntax': [
        'error',
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: 'The Content-Security-Policy forbids style attributes: use a class or style:.',
        },
      ],
      // Plain maps and sets are meant: what is reactive is a cell or a whole value (ARCHITECTURE.md).
      'svelte/prefer-svelte-reactivity': 'off',
      'svelte/button-has-type': 'error',
      'svelte/no-target-blank': 'error',
    },
  },
  ...directions,
);
