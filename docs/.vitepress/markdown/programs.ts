/** Markdown's blocks of TypeScript as programs that a reader can run: each is wrapped in the component `PageProgram`. */
import type MarkdownIt from 'markdown-it';
import { readInfo } from '../run/program.js';

/** What runs in Node only, or not by itself. */
const STILL = ['node', 'fragment', 'file'];

export function pagesAsPrograms(md: MarkdownIt): void {
  const fence = md.renderer.rules.fence!;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const html = fence(tokens, index, options, env, self);
    const blocks = tokens.slice(0, index + 1).filter(({ type, info }) => type === 'fence' && readInfo(info).language === 'ts');
    const own = blocks.at(-1);
    if (own !== tokens[index]) return html;
    const { words } = readInfo(own.info);
    const first = blocks.findLastIndex(({ info }) => !readInfo(info).words.includes('continued'));
    if (STILL.some((word) => words.includes(word) || readInfo(blocks[Math.max(first, 0)]!.info).words.includes(word))) return html;
    const codes = blocks.slice(first).map(({ content }) => content);
    const throws = words.includes('throws') ? ' data-throws' : '';
    return `<PageProgram${throws} :codes="${md.utils.escapeHtml(JSON.stringify(codes))}">${html}</PageProgram>`;
  };
}
