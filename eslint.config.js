import eslint from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      'dist-bench/',
      'node_modules/',
      'coverage/',
      '.dev/',
      'clients/typescript/src/schema.ts',
      // What a generated client is used with cannot be typed before it is generated.
      'test/clients/*.ts',
    ],
  },
  eslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // Nest's modules are classes with a decorator and nothing else.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // The port is asynchronous; the memory driver and test doubles are not.
      '@typescript-eslint/require-await': 'off',
      // DTO fields have their types for the API description, initialised or not.
      '@typescript-eslint/no-inferrable-types': 'off',
      // Checked by the compiler (noPropertyAccessFromIndexSignature), which wants brackets.
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // An assertion that names the type says more than "!".
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // A result type that the caller names, where Redis or JSON gives no types.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // Nest takes object literals for its option classes.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' },
    },
  },
);
