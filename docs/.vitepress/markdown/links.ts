/** Links that leave docs/, for readers of the repository: on the site they are names of files in it. */
import { relative, resolve } from 'node:path';
import type MarkdownIt from 'markdown-it';

export function linksOutside(md: MarkdownIt, docs: string): void {
  md.core.ruler.push('links-outside', (state) => {
    const page = (state.env as { path?: string }).path;
    if (page === undefined) return;
    for (const { children } of state.tokens) {
      const open: boolean[] = [];
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const href = token.attrGet('href') ?? '';
          const target = /^[\w-]+:|^[#/]/.test(href) ? undefined : resolve(page, '..', decodeURI(href.replace(/#.*/, '')));
          const outside = target !== undefined && relative(docs, target).startsWith('..');
          open.push(outside);
          if (!outside) continue;
          token.tag = 'span';
          token.attrs = [
            ['class', 'in-repository'],
            ['title', `${relative(resolve(docs, '..'), target)} in the repository`],
          ];
        } else if (token.type === 'link_close' && open.pop()) token.tag = 'span';
      }
    }
  });
}
