"""Tiny networks of the large ones' classes, randomly drawn, in diffusers' on-disk format."""

from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLWan,
    DDIMScheduler,
    DDPMScheduler,
    FlowMatchEulerDiscreteScheduler,
    StableUnCLIPImg2ImgPipeline,
    UNet2DConditionModel,
    WanVACEPipeline,
    WanVACETransformer3DModel,
)
from diffusers.pipelines.stable_diffusion.stable_unclip_image_normalizer import (
    StableUnCLIPImageNormalizer,
)
from diffusers.utils import logging as diffusers_logging
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPImageProcessorPil,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    PreTrainedTokenizerFast,
    UMT5Config,
    UMT5EncoderModel,
)
from transformers.utils import logging as transformers_logging

diffusers_logging.disable_progress_bar()
transformers_logging.disable_progress_bar()
WORDS = ("<pad>", "</s>", "<unk>", "a", "red", "disc", "blue", "cross")


def some_tokenizer(longest: int) -> PreTrainedTokenizerFast:
    plain = Tokenizer(
        models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="<unk>")
    )
    plain.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=plain,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=longest,
    )


def place_unclip(folder: Path, *, embedding: int = 16) -> None:
    torch.manual_seed(0)
    tower: dict[str, Any] = {
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "projection_dim": 16,
    }
    StableUnCLIPImg2ImgPipeline(
        feature_extractor=CLIPImageProcessorPil(
            size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16}
        ),
        image_encoder=CLIPVisionModelWithProjection(
            CLIPVisionConfig(image_size=16, patch_size=8, **tower)
        ),
        image_normalizer=StableUnCLIPImageNormalizer(embedding_dim=16),
        image_noising_scheduler=DDPMScheduler(beta_schedule="squaredcos_cap_v2"),
        tokenizer=some_tokenizer(8),
        text_encoder=CLIPTextModel(
            CLIPTextConfig(vocab_size=len(WORDS), max_position_embeddings=8, **tower)
        ).eval(),
        unet=_unet(embedding),
        scheduler=DDIMScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            prediction_type="v_prediction",
        ),
        vae=AutoencoderKL(
            block_out_channels=(8, 8),
            norm_num_groups=4,
            latent_channels=4,
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
        ),
    ).save_pretrained(folder)


def _unet(embedding: int) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=16,
        block_out_channels=(16, 32),
        layers_per_block=1,
        norm_num_groups=8,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=16,
        attention_head_dim=2,
        class_embed_type="projection",
        projection_class_embeddings_input_dim=2 * embedding,
    )


def place_vace(folder: Path) -> None:
    torch.manual_seed(0)
    WanVACEPipeline(
        tokenizer=some_tokenizer(16),
        text_encoder=UMT5EncoderModel(
            UMT5Config(
                vocab_size=len(WORDS),
                d_model=16,
                d_kv=8,
                d_ff=32,
                num_layers=1,
                num_heads=2,
            )
        ).eval(),
        vae=AutoencoderKLWan(
            base_dim=4,
            z_dim=16,
            dim_mult=[1, 1, 1, 1],
            num_res_blocks=1,
            temperal_downsample=[False, True, True],
        ),
        scheduler=FlowMatchEulerDiscreteScheduler(shift=7.0),
        transformer=WanVACETransformer3DModel(
            patch_size=(1, 2, 2),
            num_attention_heads=2,
            attention_head_dim=12,
            in_channels=16,
            out_channels=16,
            text_dim=16,
            freq_dim=16,
            ffn_dim=32,
            num_layers=2,
            rope_max_seq_len=32,
            vace_layers=[0],
            vace_in_channels=96,
        ),
    ).save_pretrained(folder)
