import js from "@eslint/js";
import a11y from "eslint-plugin-jsx-a11y";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import ts from "typescript-eslint";

// Server and user text reaches the page as text nodes only (reliability §G1).
const markupSinks = ["innerHTML", "outerHTML", "insertAdjacentHTML", "srcdoc"];
const textNodesOnly = [
  { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Text nodes only." },
  { selector: "Property[key.name='dangerouslySetInnerHTML']", message: "Text nodes only." },
  ...markupSinks.map((name) => ({
    selector: `MemberExpression[property.name='${name}'], MemberExpression[property.value='${name}']`,
    message: `${name} turns text into markup; use textContent.`,
  })),
  { selector: "MemberExpression[object.name='document'][property.name=/^write(ln)?$/]", message: "Text nodes only." },
  { selector: "NewExpression[callee.name='DOMParser']", message: "Text nodes only." },
  { selector: "CallExpression[callee.property.name='createContextualFragment']", message: "Text nodes only." },
];

const only = (message) => ["fetch", "EventSource", "XMLHttpRequest", "WebSocket"].map((name) => ({ name, message }));
const network = only("Only api/ talks to the service.");
const address = ["location", "history"].map((name) => ({ name, message: "Only state/url.ts touches the address." }));
const addressProperties = ["window", "globalThis", "document"].flatMap((object) =>
  ["location", "history"].map((property) => ({ object, property, message: "Only state/url.ts touches the address." })),
);
const networkProperties = ["window", "globalThis"].flatMap((object) =>
  network.map(({ name, message }) => ({ object, property: name, message })),
);

// pattern: imports that the folder must not make
const boundary = (folder, regex, message) => ({
  files: [`src/${folder}/**/*.{ts,tsx}`],
  ignores: ["**/*.test.{ts,tsx}"],
  rules: { "no-restricted-imports": ["error", { patterns: [{ regex, message }] }] },
});

export default ts.config(
  { ignores: ["node_modules", "dist", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  hooks.configs.flat.recommended,
  a11y.flatConfigs.recommended,
  {
    languageOptions: { globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-eval": "error",
      "no-new-func": "error",
      "no-script-url": "error",
      "no-restricted-syntax": ["error", ...textNodesOnly],
      "no-restricted-globals": ["error", ...network, ...address],
      "no-restricted-properties": ["error", ...addressProperties, ...networkProperties],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Grids are `role="grid"` with a roving cell: the container listens, the cell holds the focus.
      "jsx-a11y/no-noninteractive-tabindex": ["error", { roles: ["gridcell", "grid", "tabpanel", "region"], tags: [] }],
    },
  },
  {
    files: ["src/api/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-globals": ["error", ...address],
      "no-restricted-properties": ["error", ...addressProperties],
    },
  },
  {
    files: ["src/state/url.ts", "src/state/url.test.ts"],
    rules: {
      "no-restricted-globals": ["error", ...network],
      "no-restricted-properties": ["error", ...networkProperties],
    },
  },
  boundary("charts", "^\\.\\./|^react", "charts import nothing but each other."),
  boundary("ui", "^\\.\\./(?!i18n/)", "ui imports nothing of the application but its strings."),
  boundary(
    "kinds",
    "^(\\.\\./)+(?!\\.\\.|charts/|ui/|i18n/|api/(schema|types)$|pairing$|result$|selection$|types$)",
    "kinds import charts, ui, messages and the types of api.",
  ),
  { files: ["scripts/**", "*.config.*"], languageOptions: { globals: globals.node } },
);
