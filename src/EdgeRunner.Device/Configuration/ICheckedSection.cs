namespace EdgeRunner.Device.Configuration;

/// <summary>A section that declares the limits of its keys, beside the keys.</summary>
internal interface ICheckedSection
{
    /// <summary>Declares every limit to <paramref name="check"/>, which reports what breaks one. Called once after binding, also on a
    /// section of defaults; must not depend on order and must not throw.</summary>
    void Check(SectionCheck check);
}
