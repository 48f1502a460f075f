/** The documents whose experiments the presets repeat, by their titles. */
export const documents = {
  techniques: '학습에 도움이 되는 테크닉 (techniques that help training)',
  practice: '성능개선 기법 실습 (performance techniques in practice)',
  training: 'Pytorch-학습 관련 기술들 (techniques around training)',
  notes: 'PyTorch (notes)',
  fashion: 'Fashion MNIST in Pytorch',
} as const;

/** A document's short name. */
export type DocumentName = keyof typeof documents;
