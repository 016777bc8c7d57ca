// Lint: what the compiler does not see. A rule's message says what to do instead (style T6).
import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

/** Doors (style M3): who may touch which outside world. */
const noProcessEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only relay/config.ts reads the environment: add a setting there and take it from Config.',
};

export default ts.config(
  { ignores: ['dist/**', 'data/**', 'node_modules/**', '**/*.cjs', 'demo/site/**'] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs['flat/recommended'],
  {
    languageOptions: { ecmaVersion: 2023, sourceType: 'module' },
    rules: {
      // The compiler knows every name; this rule does not know the platforms' globals.
      'no-undef': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: ['error', 'always'],
      'no-console': 'off',
    },
  },
  {
    files: ['protocol/**/*.ts', 'cobrowse/**/*.ts', 'widget/**/*.ts', 'relay/**/*.ts'],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/require-await': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['relay/**/*.ts'],
    ignores: ['relay/config.ts'],
    rules: {
      'no-restricted-syntax': ['error', noProcessEnv],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: 'uWebSockets.js', message: 'Only relay/server.ts knows uWebSockets.js.', allowTypeImports: false },
          ],
        },
      ],
    },
  },
  { files: ['relay/server.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['protocol/**/*.ts', 'cobrowse/**/*.ts', 'widget/**/*.ts'],
    rules: { 'no-console': ['error'] },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser } },
  },
);
