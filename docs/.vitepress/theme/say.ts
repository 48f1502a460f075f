/** The words of the components, in the language of the page. */
import { useData } from 'vitepress';

export function useSay(): (english: string, korean: string) => string {
  const { lang } = useData();
  return (english, korean) => (lang.value === 'ko' ? korean : english);
}
