/**
 * Plain text that a package manager reads, in any folder, by the documentation of pip, pip-tools, conda, Conan, repo2docker, Streamlit
 * and the hosts that read `runtime.txt`. Tested on the folded path.
 */
export const dependencyLists: readonly RegExp[] = [
  /(^|\/)[^/]*(requirements|requires|constraints)[^/]*\.(txt|in)$/,
  // `dev-reqs.txt`, `deps.txt`, `docs-dependencies.txt`.
  /(^|\/)([^/]*[-_.])?(reqs?|deps|dependencies)([-_.][^/]*)?\.(txt|in)$/,
  // Programs and Markdown in a folder of this name have their own rules.
  /(^|\/)(requirements|constraints)\/([^/]+\/)*([^/.]+|[^/]+\.(txt|in|pip|lock|ya?ml))$/,
  /(^|\/)(runtime|packages|apt|apt-packages|conanfile|conda|pip)\.txt$/,
];

/** Whether a file of this folded path says which packages are installed, although its name ends like prose. */
export function isDependencyList(folded: string): boolean {
  return dependencyLists.some((pattern) => pattern.test(folded));
}
