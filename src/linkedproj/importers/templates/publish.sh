#!/bin/sh
# Publishes the portfolio in public/: a release where its version is given (sh publish.sh 2026.2), else a draft.
# A release never goes again: the branch "published" holds public/ as the last release left it, with all before. The
# artifact of a run could not, since it is removed after some weeks.
set -eu
branch=published
version=${1:-}
version=${version#v}
if [ -e public ]; then
  echo "public/ is there already. Take it elsewhere: what was published is fetched anew." >&2
  exit 1
fi
kept=$(git ls-remote --heads origin "$branch")
mkdir public
parent=
if [ -n "$kept" ]; then
  git fetch --quiet origin "+refs/heads/$branch:refs/remotes/origin/$branch"
  parent=$(git rev-parse "refs/remotes/origin/$branch")
  git archive --output=public/published.tar "$parent"
  tar -x -f public/published.tar -C public
  rm public/published.tar
fi
if [ -z "$version" ]; then
  linkedproj build
  exit
fi
linkedproj build --release "$version"
linkedproj verify public
GIT_DIR=$(git rev-parse --absolute-git-dir)
GIT_INDEX_FILE=$GIT_DIR/published.index
export GIT_DIR GIT_INDEX_FILE
rm -f "$GIT_INDEX_FILE"
(cd public && git --work-tree=. add --all --force .)
tree=$(git write-tree)
rm -f "$GIT_INDEX_FILE"
commit=$(git -c user.name=publish -c user.email=publish@localhost commit-tree "$tree" ${parent:+-p "$parent"} -m "Release $version")
git push --quiet origin "$commit:refs/heads/$branch"
