import type { Finding } from "../handoff/finding.ts";
import { dependencyLists } from "./dependency-lists.ts";

interface PathRule {
  rule: string;
  level: Finding["level"];
  message: string;
  /** Tested on the folded path (lower case, look-alikes replaced). `(^|\/)` means: in any folder. */
  patterns: RegExp[];
}

/** Which files steer something beyond the program itself, by the documentation of the tool that reads them. */
export const pathRules: readonly PathRule[] = [
  {
    rule: "ci-configuration",
    level: "block",
    message: "CI configuration decides what runs with the repository's secrets.",
    patterns: [
      /(^|\/)\.(github|gitea|forgejo)\/(workflows|actions)(\/|$)/,
      /(^|\/)action\.ya?ml$/,
      /(^|\/)\.gitlab-ci[^/]*\.ya?ml$/,
      /(^|\/)\.gitlab\/ci\//,
      /(^|\/)\.(circleci|buildkite|azure-pipelines|semaphore|teamcity|tekton|woodpecker|appveyor|builds)\//,
      /(^|\/)azure-pipelines[^/]*\.ya?ml$/,
      /(^|\/)bitbucket-pipelines\.ya?ml$/,
      /(^|\/)\.?(travis|drone|appveyor|woodpecker|cirrus|wercker)\.(ya?ml|star)$/,
      /(^|\/)(cloudbuild|buildspec|codemagic|bitrise|codefresh)[^/]*\.(ya?ml|json)$/,
      /(^|\/)jenkinsfile[^/]*$/,
      /(^|\/)(netlify\.toml|vercel\.json|dagger\.json)$/,
    ],
  },
  {
    rule: "code-owners",
    level: "block",
    message: "CODEOWNERS decides who must review.",
    patterns: [/(^|\/)codeowners$/],
  },
  {
    rule: "airlock-configuration",
    level: "block",
    message: "This file is Airlock's own policy.",
    patterns: [/(^|\/)\.github\/airlock\.toml$/],
  },
  {
    rule: "agent-instructions",
    level: "block",
    message: "Coding agents follow this file as instructions.",
    patterns: [
      /(^|\/)(agents|claude|gemini|warp|qwen|crush|skill|copilot-instructions)(\.(local|override))?\.md$/,
      /(^|\/)\.?mcp\.json$/,
      /(^|\/)opencode\.jsonc?$/,
      /(^|\/)\.(cursorrules|windsurfrules|clinerules|roorules|goosehints|rules|aider[^/]*)$/,
      /(^|\/)\.(cursor|windsurf|clinerules|roo|codex|agents?|claude|gemini|continue|junie|kiro|amazonq|opencode)(\/|$)/,
      /(^|\/)\.github\/(instructions|prompts|agents|chatmodes|skills)\//,
    ],
  },
  {
    rule: "git-hooks",
    level: "block",
    message: "Hooks run on every developer's machine.",
    patterns: [
      /(^|\/)\.(husky|githooks|git-hooks)(\/|$)/,
      /(^|\/)\.?lefthook(-local)?\.(ya?ml|toml|json)$/,
      /(^|\/)\.pre-commit(-config|-hooks)\.ya?ml$/,
      /(^|\/)\.?(lintstagedrc|simple-git-hooks|lint-staged\.config)[^/]*$/,
      /(^|\/)\.overcommit\.ya?ml$/,
    ],
  },
  {
    rule: "git-attributes",
    level: "block",
    message: "Git reads this file: it can hide changes from review or change what a checkout contains.",
    patterns: [/(^|\/)\.git(attributes|modules)$/],
  },
  {
    rule: "package-manager-configuration",
    level: "block",
    message: "Package manager configuration decides where packages come from and which programs run at install.",
    patterns: [
      /(^|\/)\.(npmrc|yarnrc|yarnrc\.yml|pnpmrc)$/,
      /(^|\/)\.yarn\//,
      /(^|\/)\.?pnpmfile\.[cm]?js$/,
      /(^|\/)pnpm-workspace\.ya?ml$/,
      /(^|\/)bunfig\.toml$/,
      /(^|\/)\.pnp(\.loader)?\.[cm]?js$/,
    ],
  },
  {
    rule: "vendored-dependencies",
    level: "block",
    message: "Code of a dependency is changed in place, where no lockfile covers it.",
    patterns: [/(^|\/)(node_modules|bower_components)\//, /(^|\/)patches\/[^/]+\.patch$/],
  },
  {
    rule: "manifest",
    level: "warn",
    message: "A manifest that Airlock does not read declares dependencies or commands of another tool.",
    patterns: [
      /(^|\/)(cargo\.(toml|lock)|go\.(mod|sum|work)|pyproject\.toml|poetry\.lock|uv\.lock|pipfile(\.lock)?|setup\.(py|cfg))$/,
      ...dependencyLists,
      /(^|\/)(gemfile(\.lock)?|[^/]+\.gemspec|composer\.(json|lock)|pom\.xml|build\.gradle(\.kts)?|deno\.(jsonc?|lock)|jsr\.json)$/,
    ],
  },
  {
    rule: "check-configuration",
    level: "block",
    message: "This file decides what the types, lint, test or build check looks at.",
    patterns: [
      /(^|\/)[tj]sconfig[^/]*\.json$/,
      /(^|\/)[tj]sconfig\/[^/]+\.json$/,
      // `vitest.config.unit.ts`, `jest.e2e.config.js`, `playwright-ct.config.ts`, `karma.conf.js`.
      /(^|\/)(vitest|vite|jest|playwright|cypress|karma|ava|tap|wdio|testem|cucumber|nightwatch|detox|metro|eslint|prettier|stylelint|commitlint|biome|rollup|rolldown|webpack|babel|esbuild|nyc|c8|stryker|tsup|tsdown|knip|lage|next|nuxt|svelte|astro)(-ct)?(\.[\w-]+)*\.(config|conf|workspace|projects?)(\.[\w-]+)*\.([cm]?[jt]sx?|jsonc?)$/,
      // `webpack.prod.js`, `eslint.base.mjs`: parts of a configuration without the word.
      /(^|\/)(webpack|eslint|rollup|karma|babel|jest)(\.[\w-]+)+\.([cm]?[jt]s|jsonc?)$/,
      /(^|\/)\.(eslintrc|oxlintrc|mocharc|nycrc|c8rc|swcrc|babelrc|jestrc|stylelintrc|prettierrc|taprc)(\.[a-z]+)?$/,
      /(^|\/)(biome\.jsonc?|codecov\.ya?ml|\.codecov\.ya?ml|nx\.json|turbo\.json|lerna\.json|moon\.ya?ml|rush\.json|dprint\.jsonc?)$/,
      /(^|\/)(tslint|cypress|angular|project|workspace)\.json$/,
      /(^|\/)(testem|cucumber|jest-preset)\.[cm]?[jt]s(on)?$/,
      /(^|\/)mocha\.opts$/,
      /(^|\/)(vitest|jest|global)[.-]?(setup|teardown)(\.[\w-]+)*\.[cm]?[jt]sx?$/,
      /(^|\/)setup-?tests?(\.[\w-]+)*\.[cm]?[jt]sx?$/,
    ],
  },
  {
    rule: "lifecycle-script",
    level: "block",
    message: "npm compiles from this file when it installs the package, and its commands run then.",
    patterns: [/\.gypi?$/],
  },
  {
    rule: "editor-configuration",
    level: "block",
    message: "Editors and development containers run commands from this file when the repository is opened.",
    patterns: [
      /(^|\/)\.(vscode|idea|devcontainer|zed|fleet)(\/|$)/,
      /(^|\/)(\.devcontainer\.json|[^/]+\.code-workspace)$/,
    ],
  },
  {
    rule: "automation-configuration",
    level: "block",
    message: "A bot with write access acts on this file.",
    patterns: [
      /(^|\/)\.github\/(dependabot|settings|mergify|labeler|release|auto_assign|stale|probot)[^/]*\.ya?ml$/,
      /(^|\/)(renovate\.json5?|\.renovaterc(\.json5?)?|\.?mergify\.ya?ml|\.kodiak\.toml|\.policy\.ya?ml)$/,
      /(^|\/)\.?release-please[^/]*\.json$/,
      /(^|\/)(\.releaserc|release\.config)(\.[a-z]+)?$/,
    ],
  },
];

/** A file that no name gives away: a script of the trusted package.json, or a command in `[[checks]]`, names it. */
export const checkProgram: PathRule = {
  rule: "check-configuration",
  level: "block",
  message: "A trusted check runs or names this file: whoever writes it decides what the check says.",
  patterns: [],
};

/** Anything else under `.github/` except what people only read. Both patterns must match. */
export const repositoryFolder: PathRule = {
  rule: "repository-configuration",
  level: "warn",
  message: "Files under .github steer GitHub, bots or workflows.",
  patterns: [
    /(^|\/)\.github\//,
    /^(?!.*(^|\/)\.github\/((issue_template|pull_request_template|discussion_template)(\/|\.)|[^/]+\.md$|funding\.yml$)).*$/,
  ],
};
