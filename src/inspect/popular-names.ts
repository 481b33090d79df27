/**
 * Data, not code: the names that a stranger's package is compared with. Made on 1 December 2026 from a list of 226,974 packages of the public
 * npm registry with their downloads per month. Counts say what is installed, not what is good; a list made by hand would be the author's
 * taste. Nothing is fetched at run time.
 */

/** 1472 names without a scope: those among the 2,000 most downloaded packages, and some that people type by hand although they rank lower. */
export const popularNames: ReadonlySet<string> = words(`
  abab abbrev abort-controller accepts acorn acorn-globals acorn-import-attributes acorn-import-phases acorn-jsx acorn-walk agent-base
  agentkeepalive aggregate-error ajv ajv-formats ajv-keywords angular ansi-align ansi-colors ansi-escapes ansi-html-community ansi-regex
  ansi-styles ansis any-promise anymatch aproba arch archiver archiver-utils are-we-there-yet arg argparse aria-hidden aria-query
  arr-diff arr-union array-buffer-byte-length array-flatten array-includes array-union array-unique array.prototype.findlast
  array.prototype.findlastindex array.prototype.flat array.prototype.flatmap array.prototype.tosorted arraybuffer.prototype.slice arrify
  asap asn1 asn1.js assert assert-plus assertion-error ast-types ast-types-flow astral-regex async async-function async-retry asynckit
  at-least-node atomic-sleep autoprefixer ava available-typed-arrays aws-sign2 aws4 axe-core axios axobject-query b4a babel-jest
  babel-loader babel-plugin-istanbul babel-plugin-jest-hoist babel-plugin-macros babel-plugin-polyfill-corejs2
  babel-plugin-polyfill-corejs3 babel-plugin-polyfill-regenerator babel-preset-current-node-syntax babel-preset-jest bail balanced-match
  bare-events bare-fs bare-os base64-js baseline-browser-mapping basic-auth basic-ftp batch bcrypt bcrypt-pbkdf bcryptjs
  before-after-hook big-integer big.js bignumber.js binary-extensions bindings bl bluebird bn.js body-parser boolbase bootstrap bowser
  boxen brace-expansion braces browserslist bs-logger bser buffer buffer-crc32 buffer-equal-constant-time buffer-from builtin-modules
  bundle-name busboy bytes c8 cac cacache cacheable-lookup cacheable-request call-bind call-bind-apply-helpers call-bound callsites
  camel-case camelcase camelcase-css camelcase-keys caniuse-lite canvas caseless ccount chai chalk chalk-template change-case char-regex
  character-entities character-entities-html4 character-entities-legacy character-reference-invalid chardet chart.js check-error cheerio
  chokidar chownr chrome-trace-event ci-info citty cjs-module-lexer class-variance-authority classnames clean-css clean-stack cli-boxes
  cli-cursor cli-spinners cli-table3 cli-truncate cli-width client-only clipboardy cliui clone clone-deep clone-response clsx
  cluster-key-slot co collect-v8-coverage color color-convert color-name color-string color-support colord colorette colors
  combined-stream comma-separated-tokens commander common-tags commondir component-emitter compress-commons compressible compression
  concat-map concat-stream concurrently confbox config-chain connect-history-api-fallback consola console-control-strings
  content-disposition content-type convert-source-map cookie cookie-parser cookie-signature core-js core-js-compat core-js-pure
  core-util-is cors cosmiconfig crc-32 crc32-stream create-jest create-require cross-env cross-fetch cross-spawn crypto-js
  crypto-random-string css-declaration-sorter css-loader css-select css-tree css-what css.escape cssesc cssnano cssnano-preset-default
  csso cssom cssstyle csstype cypress d3 d3-array d3-color d3-ease d3-format d3-interpolate d3-path d3-scale d3-shape d3-time
  d3-time-format d3-timer damerau-levenshtein dashdash data-uri-to-buffer data-urls data-view-buffer data-view-byte-length
  data-view-byte-offset date-fns dateformat dayjs debounce debug decamelize decimal.js decimal.js-light decode-named-character-reference
  decode-uri-component decompress-response dedent deep-eql deep-equal deep-extend deep-is deepmerge default-browser default-browser-id
  defaults defer-to-connect define-data-property define-lazy-prop define-properties define-property defu degenerator del delayed-stream
  delegates denque depd dequal destroy detect-indent detect-libc detect-newline detect-node detect-node-es devlop devtools-protocol
  dezalgo didyoumean diff diff-sequences dir-glob discord.js dlv dns-packet doctrine dom-accessibility-api dom-helpers dom-serializer
  domelementtype domexception domhandler dompurify domutils dot-case dot-prop dotenv dotenv-expand dunder-proto duplexer duplexify
  eastasianwidth ecc-jsbn ecdsa-sig-formatter ee-first ejs electron electron-to-chromium emittery emoji-regex emojis-list enabled
  encodeurl encoding end-of-stream enhanced-resolve enquirer entities env-paths envinfo environment err-code error-ex error-stack-parser
  es-abstract es-define-property es-errors es-iterator-helpers es-module-lexer es-object-atoms es-set-tostringtag es-shim-unscopables
  es-to-primitive es6-promise esbuild escalade escape-html escape-string-regexp escodegen eslint eslint-config-next
  eslint-config-prettier eslint-import-resolver-node eslint-import-resolver-typescript eslint-module-utils eslint-plugin-import
  eslint-plugin-jest eslint-plugin-jsx-a11y eslint-plugin-prettier eslint-plugin-react eslint-plugin-react-hooks eslint-scope
  eslint-utils eslint-visitor-keys espree esprima esquery esrecurse estraverse estree-walker esutils etag ethers event-target-shim
  eventemitter2 eventemitter3 events events-universal eventsource eventsource-parser execa exit expand-brackets expand-tilde expect
  expect-type exponential-backoff express express-rate-limit extend extend-shallow external-editor extract-zip extsprintf fast-deep-equal
  fast-diff fast-equals fast-fifo fast-glob fast-json-stable-stringify fast-levenshtein fast-safe-stringify fast-uri fast-xml-parser
  fastest-levenshtein fastify fastq faye-websocket fb-watchman fd-slicer fdir fecha fetch-blob fflate figures file-entry-cache file-type
  file-uri-to-path filelist filesize fill-range finalhandler find-cache-dir find-root find-up flat flat-cache flatted fn.name
  follow-redirects for-each for-in foreground-child forever-agent fork-ts-checker-webpack-plugin form-data form-data-encoder
  formdata-polyfill formidable formik forwarded fraction.js framer-motion fresh fs-constants fs-extra fs-minipass fs-monkey fs.realpath
  fsevents function-bind function.prototype.name functional-red-black-tree functions-have-names gatsby gauge gaxios gcp-metadata
  generator-function gensync get-caller-file get-east-asian-width get-intrinsic get-nonce get-package-type get-port get-proto get-stdin
  get-stream get-symbol-description get-tsconfig get-uri getpass glob glob-parent glob-to-regexp global-dirs global-modules global-prefix
  globals globalthis globby google-auth-library google-logging-utils gopd got graceful-fs graphemer graphql gtoken gzip-size handle-thing
  handlebars hapi har-validator has has-ansi has-bigints has-flag has-property-descriptors has-proto has-symbols has-tostringtag
  has-unicode has-value has-values hash-base hash.js hasown hast-util-whitespace hastscript he helmet hermes-estree hermes-parser
  highlight.js hoist-non-react-statics hono hosted-git-info hpack.js html-encoding-sniffer html-entities html-escaper
  html-minifier-terser html-webpack-plugin htmlparser2 http-cache-semantics http-deceiver http-errors http-parser-js http-proxy
  http-proxy-agent http-proxy-middleware http-signature http2-wrapper https-proxy-agent human-signals humanize-ms husky iconv-lite
  icss-utils ieee754 ignore image-size immediate immer immutable import-fresh import-in-the-middle import-lazy import-local imurmurhash
  indent-string inflight inherits ini inline-style-parser inquirer internal-slot internmap interpret invariant ioredis ip-address
  ipaddr.js is-accessor-descriptor is-alphabetical is-alphanumerical is-arguments is-array-buffer is-arrayish is-async-function is-bigint
  is-binary-path is-boolean-object is-buffer is-bun-module is-callable is-ci is-core-module is-data-descriptor is-data-view
  is-date-object is-decimal is-descriptor is-docker is-extendable is-extglob is-finalizationregistry is-fullwidth-code-point
  is-generator-fn is-generator-function is-glob is-hexadecimal is-inside-container is-installed-globally is-interactive is-map
  is-negative-zero is-number is-number-object is-obj is-path-inside is-plain-obj is-plain-object is-port-reachable
  is-potential-custom-element-name is-promise is-regex is-regexp is-set is-shared-array-buffer is-stream is-string is-symbol
  is-typed-array is-typedarray is-unicode-supported is-weakmap is-weakref is-weakset is-windows is-wsl isarray isexe isobject isstream
  istanbul-lib-coverage istanbul-lib-instrument istanbul-lib-report istanbul-lib-source-maps istanbul-reports iterator.prototype
  jackspeak jake jasmine jest jest-changed-files jest-circus jest-cli jest-config jest-diff jest-docblock jest-each
  jest-environment-jsdom jest-environment-node jest-get-type jest-haste-map jest-leak-detector jest-matcher-utils jest-message-util
  jest-mock jest-pnp-resolver jest-regex-util jest-resolve jest-resolve-dependencies jest-runner jest-runtime jest-snapshot jest-util
  jest-validate jest-watcher jest-worker jimp jiti joi jose jquery js-cookie js-tokens js-yaml jsbn jsdom jsesc json-bigint json-buffer
  json-parse-better-errors json-parse-even-better-errors json-schema json-schema-traverse json-stable-stringify-without-jsonify
  json-stringify-safe json5 jsonc-parser jsonfile jsonparse jsonwebtoken jsprim jsx-ast-utils jszip jwa jws keyv kind-of kleur knex koa
  kuler language-subtag-registry language-tags launch-editor lazystream lerna less leven levn lie lightningcss lightningcss-linux-x64-gnu
  lightningcss-linux-x64-musl lilconfig lines-and-columns linkify-it lint-staged listr2 load-json-file loader-runner loader-utils
  locate-path lodash lodash-es lodash.camelcase lodash.clonedeep lodash.debounce lodash.defaults lodash.get lodash.includes
  lodash.isboolean lodash.isequal lodash.isinteger lodash.isnumber lodash.isplainobject lodash.isstring lodash.memoize lodash.merge
  lodash.once lodash.sortby lodash.uniq log-symbols log-update logform loglevel long longest-streak loose-envify loupe lower-case
  lowercase-keys lru-cache lucide-react luxon lz-string magic-string magicast make-dir make-error make-fetch-happen makeerror map-cache
  map-obj markdown-it markdown-table marked math-intrinsics mdast-util-from-markdown mdast-util-gfm-table mdast-util-phrasing
  mdast-util-to-hast mdast-util-to-markdown mdast-util-to-string mdn-data mdurl media-typer memfs memoize-one meow merge-descriptors
  merge-stream merge2 methods micromark micromark-core-commonmark micromark-extension-gfm-autolink-literal micromark-extension-gfm-table
  micromark-factory-destination micromark-factory-label micromark-factory-space micromark-factory-title micromark-factory-whitespace
  micromark-util-character micromark-util-chunked micromark-util-classify-character micromark-util-combine-extensions
  micromark-util-decode-numeric-character-reference micromark-util-decode-string micromark-util-encode micromark-util-html-tag-name
  micromark-util-normalize-identifier micromark-util-resolve-all micromark-util-sanitize-uri micromark-util-subtokenize
  micromark-util-symbol micromark-util-types micromatch mime mime-db mime-types mimic-fn mimic-function mimic-response min-indent
  mini-css-extract-plugin minimalistic-assert minimatch minimist minipass minipass-collect minipass-fetch minipass-flush
  minipass-pipeline minipass-sized minizlib mitt mkdirp mkdirp-classic mlly mobx mocha module-details-from-path moment moment-timezone
  mongodb mongoose morgan motion-dom motion-utils mrmime ms multer multicast-dns mute-stream mysql mysql2 mz nan nanoid napi-postinstall
  natural-compare negotiator neo-async nest netmask next nice-try no-case node-abi node-abort-controller node-addon-api node-domexception
  node-fetch node-forge node-gyp node-gyp-build node-int64 node-releases nodemailer nodemon nopt normalize-package-data normalize-path
  normalize-range normalize-url npm-normalize-package-bin npm-package-arg npm-run-path npmlog nth-check nuxt nwsapi nx nyc oauth-sign
  object-assign object-hash object-inspect object-is object-keys object.assign object.entries object.fromentries object.groupby
  object.values obuf on-exit-leak-free on-finished on-headers once one-time onetime open openai opener optionator ora os-tmpdir own-keys
  oxlint p-cancelable p-finally p-limit p-locate p-map p-queue p-retry p-timeout p-try pac-proxy-agent pac-resolver
  package-json-from-dist pako param-case parcel parent-module parse-entities parse-json parse-ms parse5 parse5-htmlparser2-tree-adapter
  parseurl pascal-case passport path-browserify path-exists path-is-absolute path-is-inside path-key path-parse path-scurry
  path-to-regexp path-type pathe pathval pend performance-now pg pg-cloudflare pg-connection-string pg-int8 pg-pool pg-protocol pg-types
  pgpass picocolors picomatch pidtree pify pinia pino pino-abstract-transport pino-std-serializers pirates pkce-challenge pkg-dir
  pkg-types playwright playwright-core pluralize pm2 pngjs pnpm possible-typed-array-names postcss postcss-calc postcss-colormin
  postcss-convert-values postcss-discard-comments postcss-discard-duplicates postcss-discard-empty postcss-discard-overridden
  postcss-import postcss-js postcss-load-config postcss-loader postcss-merge-longhand postcss-merge-rules postcss-minify-font-values
  postcss-minify-gradients postcss-minify-params postcss-minify-selectors postcss-modules-extract-imports
  postcss-modules-local-by-default postcss-modules-scope postcss-modules-values postcss-nested postcss-normalize-charset
  postcss-normalize-display-values postcss-normalize-positions postcss-normalize-repeat-style postcss-normalize-string
  postcss-normalize-timing-functions postcss-normalize-unicode postcss-normalize-url postcss-normalize-whitespace postcss-ordered-values
  postcss-reduce-initial postcss-reduce-transforms postcss-selector-parser postcss-svgo postcss-unique-selectors postcss-value-parser
  postgres-array postgres-bytea postgres-date postgres-interval prebuild-install prelude-ls prettier prettier-linter-helpers pretty-bytes
  pretty-error pretty-format pretty-ms prisma prismjs proc-log process process-nextick-args process-warning progress promise
  promise-retry prompts prop-types property-information proto-list proto3-json-serializer protobufjs proxy-addr proxy-agent
  proxy-from-env psl pump punycode punycode.js puppeteer pure-rand qs query-string querystring querystringify queue-microtask
  quick-format-unescaped quick-lru ramda randombytes range-parser raw-body rc react react-dom react-fast-compare react-hook-form react-is
  react-redux react-refresh react-remove-scroll react-remove-scroll-bar react-router react-router-dom react-style-singleton
  react-transition-group read-cache read-pkg read-pkg-up readable-stream readdir-glob readdirp real-require recast recharts rechoir
  redent redis redux reflect-metadata reflect.getprototypeof regenerate regenerate-unicode-properties regenerator-runtime
  regenerator-transform regexp.prototype.flags regexpp regexpu-core registry-auth-token registry-url regjsgen regjsparser relateurl
  remark-parse remark-rehype remove-trailing-separator renderkid repeat-string request require-directory require-from-string
  require-in-the-middle require-main-filename requires-port reselect resolve resolve-alpn resolve-cwd resolve-from resolve-pkg-maps
  resolve.exports responselike restore-cursor ret retry retry-request reusify rfdc rimraf rollup router rrweb-cssom run-applescript
  run-async run-parallel rxjs safe-array-concat safe-buffer safe-push-apply safe-regex safe-regex-test safe-stable-stringify safer-buffer
  sass sass-loader sax saxes scheduler schema-utils secure-json-parse select-hose selfsigned semver send sequelize serialize-error
  serialize-javascript serve serve-handler serve-index serve-static set-blocking set-cookie-parser set-function-length set-function-name
  set-proto set-value setimmediate setprototypeof sha.js shallow-clone sharp shebang-command shebang-regex shell-quote shimmer
  side-channel side-channel-list side-channel-map side-channel-weakmap siginfo signal-exit simple-concat simple-get simple-swizzle sinon
  sirv sisteransi slash slice-ansi smart-buffer snake-case socket.io socket.io-client socket.io-parser sockjs socks socks-proxy-agent
  solc sonic-boom sort-keys source-map source-map-js source-map-resolve source-map-support space-separated-tokens spdx-correct
  spdx-exceptions spdx-expression-parse spdx-license-ids spdy spdy-transport split2 sprintf-js sshpk ssri stable-hash stack-trace
  stack-utils stackback stackframe statuses std-env stop-iteration-iterator stream-browserify stream-shift streamsearch streamx
  strict-uri-encode string-argv string-length string-width string.prototype.includes string.prototype.matchall string.prototype.repeat
  string.prototype.trim string.prototype.trimend string.prototype.trimstart string_decoder stringify-entities strip-ansi strip-bom
  strip-final-newline strip-indent strip-json-comments strip-literal strnum strtok3 style-loader style-to-js style-to-object
  styled-components styled-jsx stylehacks stylis sucrase superagent supports-color supports-hyperlinks supports-preserve-symlinks-flag
  svelte svgo symbol-observable symbol-tree synckit tabbable table tailwind-merge tailwindcss tap tapable tar tar-fs tar-stream
  teeny-request temp-dir terminal-link terser terser-webpack-plugin test-exclude text-decoder text-hex text-table thenify thenify-all
  thread-stream three throat through through2 thunky tiny-invariant tinybench tinyexec tinyglobby tinypool tinyrainbow tinyspy tldts
  tldts-core tmp tmpl to-buffer to-fast-properties to-regex-range toidentifier token-types totalist tough-cookie tr46 tree-kill
  trim-lines trim-newlines triple-beam trough ts-api-utils ts-dedent ts-interface-checker ts-jest ts-node tsconfig-paths tslib tsup
  tsutils tsx tunnel-agent turbo tweetnacl type type-check type-detect type-fest type-is typed-array-buffer typed-array-byte-length
  typed-array-byte-offset typed-array-length typedarray typedarray-to-buffer typeorm typescript typescript-eslint ua-parser-js uc.micro
  ufo uglify-js unbox-primitive underscore undici undici-types unicode-canonical-property-names-ecmascript
  unicode-match-property-ecmascript unicode-match-property-value-ecmascript unicode-property-aliases-ecmascript unicorn-magic unified
  unique-filename unique-slug unique-string unist-util-is unist-util-position unist-util-stringify-position unist-util-visit
  unist-util-visit-parents universal-user-agent universalify unpipe unplugin unrs-resolver untildify upath update-browserslist-db
  update-check upper-case uri-js url url-join url-parse urlpattern-polyfill use-callback-ref use-sidecar use-sync-external-store util
  util-deprecate utils-merge uuid v8-compile-cache-lib v8-to-istanbul validate-npm-package-license validate-npm-package-name validator
  vary verror vfile vfile-message victory-vendor viem vite vite-node vitest vue vue-router w3c-xmlserializer walker watchpack wbuf
  wcwidth web-streams-polyfill web-vitals web3 webidl-conversions webpack webpack-cli webpack-dev-middleware webpack-dev-server
  webpack-merge webpack-sources webpack-virtual-modules websocket-driver websocket-extensions whatwg-encoding whatwg-fetch
  whatwg-mimetype whatwg-url which which-boxed-primitive which-builtin-type which-collection which-module which-typed-array
  why-is-node-running wide-align widest-line wildcard winston winston-transport word-wrap wordwrap wrap-ansi wrappy write-file-atomic ws
  wsl-utils xdg-basedir xml-name-validator xml2js xmlbuilder xmlchars xtend y18n yallist yaml yargs yargs-parser yauzl yn yocto-queue
  yoctocolors-cjs yup zip-stream zod zod-to-json-schema zod-validation-error zustand zwitch
`);

/** Scopes with two packages or more among the 3,000 most downloaded. Whoever owns such a scope owns every name in it. */
export const popularScopes: ReadonlySet<string> = words(`
  @actions @ai-sdk @angular-devkit @anthropic-ai @asamuzakjp @aws-crypto @aws-sdk @azure @babel @base44 @chevrotain @clack @commitlint
  @csstools @dnd-kit @emnapi @emotion @esbuild @eslint @eslint-community @firebase @floating-ui @formatjs @google-cloud @graphql-codegen
  @graphql-tools @grpc @hapi @humanfs @humanwhocodes @img @inquirer @isaacs @istanbuljs @jest @jridgewell @jsonjoy.com @kwsites
  @module-federation @mui @nestjs @next @noble @nodelib @npmcli @octokit @open-draft @opentelemetry @parcel @pnpm @prisma @protobufjs
  @radix-ui @rollup @sentry @sentry-internal @sideway @sigstore @sindresorhus @sinonjs @smithy @standard-schema @storybook @supabase
  @svgr @swc @tailwindcss @tanstack @testing-library @tokenizer @tootallnate @tsconfig @tufjs @types @typescript-eslint @unrs @vitest
  @vue @webassemblyjs @webpack-cli @whatwg-node @xtuc @yarnpkg
`);

/** Names and scopes among the 20,000 most downloaded packages that resemble one of the above and are used for themselves. */
export const established: ReadonlySet<string> = words(`
  @aws-cdk @bazel @remotion @rsbuild @slack @storyblok abort-controller-x ansi ansi-color ansi-reset ansicolors ansistyles args
  arr-flatten array-uniq asn1js bach binaryextensions bower brace buffers callsite charset cli-spinner cli-table cli-tableau cline
  clipboard colornames colour compressing cookies crypt dargs date-format delegate didyoumean2 dns-socket dom-serialize duplexer2
  duplexer3 echarts error es-cookie eslint-plugin-es eslint-plugin-import-x eslint-plugin-react-x event-emitter expand-braces
  fast-url-parser fclone fd-slicer2 findup flatten fn-name foreach fs-promise generate-function get-value global graphiql has-own
  highlight-es htmlescape ip-regex is-alphanumeric is-blob is-object is-window isbuffer isnumber it-map jsdoc json json3 jsonc jsonp
  jsonschema jsx-ast-utils-x just-diff level listr lodash.set lodash.toplainobject lodash.union lodash.uniqby lodash.xorby markdownlint
  mem-fs memjs merge micro-ftch mimer mkdirp2 mpath mquery mssql murmurhash node-watch nprogress object-path object-refs parse parse-url
  parsejson parseuri pascalcase path path2 pegjs png-js postcss-cli postcss-jsx postcss-values-parser preact prompt rambda random-bytes
  react-vis regenerator regexpu safe-regex2 saxen semiver serialised-error servie simple-fmt simple-git split stable stable-hash-x
  stacktracey stream stream-each stylus stylus-loader tldjs tlds trouter ts-map tslint tslint-config-prettier ttypescript uglify-es urijs
  vasync watch wouter xml-js xmlbuilder2 xpath yargs-unparser yazl
`);

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
