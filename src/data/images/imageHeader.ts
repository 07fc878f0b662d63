/** What the first bytes of an image tell. */
export interface ImageHeader {
  width: number;
  height: number;
  /** 1 for gray, 3 for RGB; alpha does not count. */
  channels: 1 | 3;
  /** True for gray of 16 bits a sample. */
  deep: boolean;
}
